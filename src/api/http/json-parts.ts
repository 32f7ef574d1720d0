const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Every byte that begins an object, a list, a field's value or another item: `{`, `[`, `:` and `,`. */
const PART_BYTES: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x3a, 0x2c]);

/**
 * Returns true if a JSON text has more than `max` parts, without parsing it: objects, lists, fields and items. The time to
 * parse a text depends on its parts more than on its bytes.
 */
export function hasMoreParts(json: Buffer, max: number): boolean {
  let parts = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) i = endOfString(json, i);
    else if (PART_BYTES.has(byte) && ++parts > max) return true;
  }
  return false;
}

/** @param start index of the opening quote. Returns the index of the closing quote, or of the end. */
function endOfString(json: Buffer, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}
