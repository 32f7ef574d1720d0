/** Bytes `[start, end)`. */
export interface ByteSpan {
  start: number;
  end: number;
}
