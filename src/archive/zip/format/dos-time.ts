const FIRST = Date.UTC(1980, 0, 1) / 1000;
const LAST = Date.UTC(2107, 11, 31, 23, 59, 58) / 1000;

/** The last result, because most entries of an archive have the time of another one. */
let last = { seconds: NaN, dateTime: 0 };

/**
 * Returns date (high 16 bits) and time (low 16 bits) in MS-DOS format (APPNOTE 4.4.6), in UTC, otherwise the bytes
 * would depend on the machine. Times outside 1980 to 2107 become the nearest one.
 */
export function dosDateTime(seconds: number): number {
  if (seconds !== last.seconds) last = { seconds, dateTime: converted(seconds) };
  return last.dateTime;
}

function converted(seconds: number): number {
  const at = new Date(Math.min(Math.max(seconds, FIRST), LAST) * 1000);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return ((date << 16) | time) >>> 0;
}
