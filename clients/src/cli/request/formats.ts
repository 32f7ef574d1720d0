import { UsageError } from '../errors.js';

export const FORMATS = ['zip', 'tar', 'tar.gz'] as const;

export type Format = (typeof FORMATS)[number];

const EXTENSIONS: readonly (readonly [string, Format])[] = [
  ['.zip', 'zip'],
  ['.tar', 'tar'],
  ['.tar.gz', 'tar.gz'],
  ['.tgz', 'tar.gz'],
];

const ENDINGS = EXTENSIONS.map(([extension]) => extension).join(', ');

/** Formats of other programs: an archive of ours under such a name would not open. */
const OTHERS = /\.(?:rar|7z|gz|t?xz|tbz2?|bz2|t?zst|lz4?)$/i;

/**
 * Splits a file name into its stem and the format that its extension tells.
 * @throws UsageError for an archive format that is not built.
 */
export function splitName(fileName: string): { stem: string; format?: Format } {
  const known = EXTENSIONS.find(([extension]) => fileName.toLowerCase().endsWith(extension));
  if (known) return { stem: fileName.slice(0, -known[0].length), format: known[1] };
  const other = OTHERS.exec(fileName);
  if (other) throw new UsageError(`${fileName}: ${other[0]} is not built. End the name with ${ENDINGS}.`);
  return { stem: fileName };
}
