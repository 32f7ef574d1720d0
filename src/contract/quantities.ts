const NUMBER = new Intl.NumberFormat('en');
const ROUNDED = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

const SIZES = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const;

const DURATIONS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** Formats a number with thousands separators. */
export function numberText(count: number): string {
  return NUMBER.format(count);
}

/** Formats a count of files, as `1 file` or `10,000 files`. */
export function fileCountText(files: number): string {
  return files === 1 ? '1 file' : `${numberText(files)} files`;
}

/** Formats a size in decimal units, as `1.2 GB`. */
export function sizeText(bytes: number): string {
  return largestUnit(bytes, SIZES) ?? `${bytes} B`;
}

/** Formats a duration in its largest unit, as `1.5 h`. */
export function durationText(ms: number): string {
  return largestUnit(ms, DURATIONS) ?? `${ROUNDED.format(ms / 1_000)} s`;
}

function largestUnit(amount: number, units: readonly (readonly [number, string])[]): string | undefined {
  const unit = units.find(([size]) => amount >= size);
  return unit && `${ROUNDED.format(amount / unit[0])} ${unit[1]}`;
}
