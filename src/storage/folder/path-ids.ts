import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { fileIdSchema } from '../../contract/http/schemas.js';

/** Twelve hex digits, so that 100,000 files with unusual names practically never share an id. */
const HASH_LENGTH = 12;

/** Keeps ids short enough for a person to read, and below the limit of 128 characters. */
const MAX_SLUG_LENGTH = 80;

const PLAIN_EXTENSION = /^\.[A-Za-z0-9]{1,16}$/;

/**
 * Returns the file id of a path within a folder. A name that is a valid id is its own id: `report.pdf`. Any other path
 * gets a readable id with a hash: `trip/Über uns.jpg` becomes `trip-Uber-uns-6b1f0a9c2d3e.jpg`.
 * @param path relative, with `/` between folders.
 */
export function fileIdOfPath(path: string): string {
  if (fileIdSchema.safeParse(path).success) return path;
  const extension = PLAIN_EXTENSION.test(extname(path)) ? extname(path) : '';
  const hash = createHash('sha256').update(path).digest('hex').slice(0, HASH_LENGTH);
  return `${slugOf(path.slice(0, path.length - extension.length))}-${hash}${extension}`;
}

/** Returns the text in characters that an id may contain; letters lose their accents. */
function slugOf(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const slug = plain.replaceAll(/[^A-Za-z0-9_]+/g, '-').slice(0, MAX_SLUG_LENGTH);
  return slug.replaceAll(/^-+|-+$/g, '') || 'file';
}
