/** Requests to a store, by their names in the S3 API. */
export type StoreOperation =
  | 'HeadObject'
  | 'GetObject'
  | 'PutObject'
  | 'DeleteObjects'
  | 'ListObjectsV2'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListMultipartUploads'
  | 'ListParts';

/** `ok` includes answers about one object that are not errors of the store. */
export type StoreOutcome = 'ok' | 'missing' | 'denied' | 'throttled' | 'late' | 'error';

/** Learns of each attempt of a request. Retries of one request are several attempts. */
export type StoreObserver = (operation: StoreOperation, outcome: StoreOutcome, seconds: number) => void;

/** Returns an observer that tells all of these; undefined if there are none. */
export function storeObservers(...observers: (StoreObserver | undefined)[]): StoreObserver | undefined {
  const present = observers.filter((observer) => observer !== undefined);
  if (present.length === 0) return undefined;
  return (...request) => present.forEach((observer) => observer(...request));
}

/**
 * Runs one attempt and reports it, unless it was aborted.
 * @param outcomeOf names the failure; undefined for an abort.
 */
export async function observeAttempt<T>(
  observer: StoreObserver,
  operation: StoreOperation,
  attempt: () => Promise<T>,
  outcomeOf: (error: unknown) => StoreOutcome | undefined,
): Promise<T> {
  const startedAt = performance.now();
  const report = (outcome: StoreOutcome | undefined) => {
    if (outcome) observer(operation, outcome, (performance.now() - startedAt) / 1_000);
  };
  try {
    const result = await attempt();
    report('ok');
    return result;
  } catch (error) {
    report(outcomeOf(error));
    throw error;
  }
}
