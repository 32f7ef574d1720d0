import { id, listOf, number, objectOf, optional, orNull, type Shape, text } from './shapes.js';

// Only the fields that commands read, so that servers of other versions may have more or fewer.

const STARTED = objectOf({ jobId: text, duplicateFileIds: listOf(id) });

const REASON = objectOf({ code: text, message: text });

const STATUS = objectOf({
  jobId: text,
  status: text,
  message: text,
  createdAt: text,
  expiresAt: text,
  progress: number,
  filesProcessed: number,
  filesSkipped: number,
  totalFiles: number,
  bytesProcessed: number,
  attempts: number,
  bytesTotal: orNull(number),
  etaSeconds: orNull(number),
  archive: orNull(objectOf({ name: text, size: number, checksum: text })),
  error: orNull(REASON),
});

const OUTCOME = objectOf({
  fileId: id,
  state: text,
  name: orNull(text),
  size: orNull(number),
  error: orNull(REASON),
});

const ESTIMATE = objectOf({
  filesFound: number,
  filesMissing: number,
  bytesTotal: number,
  archiveBytes: number,
  maxBytes: number,
  etaSeconds: orNull(number),
  missing: listOf(objectOf({ fileId: id, message: text })),
});

/** The shape of a good answer, by the end of its path. */
const SHAPES: readonly (readonly [RegExp, Shape])[] = [
  [/\/v1\/download\/initiate$/, STARTED],
  [/\/v1\/download\/retry\/[^/]+$/, objectOf({ jobId: text })],
  [/\/v1\/download\/(?:status|cancel)\/[^/]+$/, STATUS],
  [/\/v1\/download\/estimate$/, ESTIMATE],
  [/\/v1\/download\/[^/]+\/files$/, pageOf('files', OUTCOME)],
  [/\/v1\/downloads$/, pageOf('jobs', STATUS)],
  [/\/v1\/files$/, pageOf('files', objectOf({ fileId: id, size: number, name: orNull(text) }))],
  [/\/v1\/me$/, objectOf({ userId: text, limits: objectOf({}) })],
];

/** A problem document (RFC 9457) of Longhaul. */
export const PROBLEM = objectOf({
  type: (value) => text(value) && String(value).startsWith('urn:longhaul:problem:'),
  code: text,
  detail: text,
  requestId: text,
  errors: optional(listOf(objectOf({ path: text, message: text }))),
});

function pageOf(name: string, item: Shape): Shape {
  return objectOf({ [name]: listOf(item), nextCursor: orNull(text) });
}

/** The shape of a good answer; undefined for a stream. */
export function shapeAt(path: string): Shape | undefined {
  return SHAPES.find(([end]) => end.test(path))?.[1];
}
