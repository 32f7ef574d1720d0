import { dispositionName } from './disposition-name.js';

interface NamedObject {
  key: string;
  contentDisposition: string | null;
  /** Decoded by the store. */
  metadata: Record<string, string>;
}

/**
 * Returns the name of an object: its `filename` metadata, else the name in its Content-Disposition, else the last
 * segment of its key.
 */
export function nameOfObject({ key, contentDisposition, metadata }: NamedObject): string {
  return (
    metadata['filename'] ||
    dispositionName(contentDisposition ?? '') ||
    (key.split('/').findLast((segment) => segment !== '') ?? key)
  );
}
