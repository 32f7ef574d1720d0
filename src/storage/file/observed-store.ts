import { errorCodeOf } from '../../contract/errors.js';
import type { LocalUpload, OpenUpload, UploadRef } from '../multipart-store.js';
import {
  observeAttempt,
  type StoreObserver,
  type StoreOperation,
  type StoreOutcome,
} from '../store-observer.js';
import type { FileObjectStore } from './file-object-store.js';

type Operations = Partial<Record<string, StoreOperation>>;

/** Methods of the store that S3 has a request for. The time of a write includes that of its body. */
const OPERATIONS = {
  head: 'HeadObject',
  read: 'GetObject',
  readInto: 'GetObject',
  write: 'PutObject',
  delete: 'DeleteObjects',
  check: 'ListObjectsV2',
  begin: 'CreateMultipartUpload',
  beginLocal: 'CreateMultipartUpload',
} as const satisfies Partial<Record<keyof FileObjectStore, StoreOperation>>;

const UPLOAD_OPERATIONS = {
  sendPart: 'UploadPart',
  copyPart: 'UploadPartCopy',
  listParts: 'ListParts',
  complete: 'CompleteMultipartUpload',
  abort: 'AbortMultipartUpload',
} as const satisfies Record<Exclude<keyof OpenUpload, 'ref'>, StoreOperation>;

const OUTCOMES: Record<string, StoreOutcome> = {
  FILE_NOT_FOUND: 'missing',
  FILE_FORBIDDEN: 'denied',
  FILE_CHANGED: 'ok',
  RANGE_NOT_SATISFIABLE: 'ok',
};

/** Reports the requests of a file store, and of its uploads, as if it were S3. */
export function observedFileStore(store: FileObjectStore, observer: StoreObserver): FileObjectStore {
  const observedUpload = <U extends LocalUpload>(upload: U) => observed(upload, UPLOAD_OPERATIONS, observer);
  const front = observed(store, OPERATIONS, observer);
  // A front of the front, whose `begin` would be this one otherwise.
  return Object.assign(Object.create(front) as FileObjectStore, {
    begin: async (...options: Parameters<FileObjectStore['begin']>) =>
      observedUpload(await front.begin(...options)),
    beginLocal: async (...options: Parameters<FileObjectStore['beginLocal']>) =>
      observedUpload(await front.beginLocal(...options)),
    openUpload: (ref: UploadRef) => observedUpload(store.openUpload(ref)),
  });
}

/**
 * Returns a front of the object with its methods that `operations` names. What the object calls on itself is no request.
 */
function observed<T extends object>(object: T, operations: Operations, observer: StoreObserver): T {
  const front = Object.create(object) as Record<string, unknown>;
  for (const [name, operation] of Object.entries(operations)) {
    const method = front[name];
    if (typeof method !== 'function' || !operation) continue;
    front[name] = (...args: unknown[]) =>
      observeAttempt(observer, operation, () => method.apply(object, args) as Promise<unknown>, outcomeOf);
  }
  return front as T;
}

/** An error without a code is an abort, or one of the body that is written. */
function outcomeOf(error: unknown): StoreOutcome | undefined {
  const code = errorCodeOf(error);
  return code && (OUTCOMES[code] ?? 'error');
}
