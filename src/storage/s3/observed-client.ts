import type { S3Client } from '@aws-sdk/client-s3';
import { observeAttempt, type StoreObserver, type StoreOperation } from '../store-observer.js';
import { outcomeOfAttempt } from './attempt-outcome.js';

/** Reports every attempt of the client. Stands inside the retries of the SDK, which would hide throttling. */
export function observeClient({ middlewareStack }: S3Client, observer: StoreObserver): void {
  middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const operation = commandName.replace(/Command$/, '') as StoreOperation;
        return observeAttempt(
          observer,
          operation,
          () => next(args),
          (error) => outcomeOfAttempt(error, operation),
        );
      },
    // Outside of the SDK's own step, which turns refusals into errors.
    { step: 'deserialize', priority: 'high', name: 'observeAttempts' },
  );
}
