export const FORMATS = ['zip', 'tar', 'tar.gz'] as const;

export type Format = (typeof FORMATS)[number];

const EXTENSIONS: readonly (readonly [string, Format])[] = [
  ['.zip', 'zip'],
  ['.tar', 'tar'],
  ['.tar.gz', 'tar.gz'],
  ['.tgz', 'tar.gz'],
];

/** Splits a file name into its stem and the format that its extension tells. */
export function splitName(fileName: string): { stem: string; format?: Format } {
  const known = EXTENSIONS.find(([extension]) => fileName.toLowerCase().endsWith(extension));
  return known ? { stem: fileName.slice(0, -known[0].length), format: known[1] } : { stem: fileName };
}
