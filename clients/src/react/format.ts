/** Formats of numbers, sizes and times by `Intl`. Units are SI symbols, which no language translates. */

/** English, with the 24 h clock. */
export const DEFAULT_LOCALE = 'en-GB';

const DAY_MS = 24 * 3_600_000;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Formats and rules are costly to make: 50 downloads change 4 times a second. */
const numbers = new Map<string, Intl.NumberFormat>();
const plurals = new Map<string, Intl.PluralRules>();

/** Formats a number with at most `digits` fraction digits. */
export function formatNumber(value: number, locale = DEFAULT_LOCALE, digits = 0): string {
  const key = `${locale} ${digits}`;
  let format = numbers.get(key);
  if (!format) numbers.set(key, (format = new Intl.NumberFormat(locale, { maximumFractionDigits: digits })));
  return format.format(value);
}

/** Formats bytes in decimal units: `342 B`, `13 kB`, `1.2 GB`. One digit after the point below 10. */
export function formatBytes(bytes: number, locale = DEFAULT_LOCALE): string {
  let [value, unit] = [bytes, 0];
  // 999.5 would round to 1,000.
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${formatNumber(value, locale, unit > 0 && value < 9.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** Formats seconds: `20 s`, `3 min`, `1 h 20 min`. */
export function formatDuration(seconds: number, locale = DEFAULT_LOCALE): string {
  if (seconds < 60) return `${formatNumber(seconds, locale)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${formatNumber(minutes, locale)} min`;
  const hours = `${formatNumber(Math.floor(minutes / 60), locale)} h`;
  return minutes % 60 === 0 ? hours : `${hours} ${formatNumber(minutes % 60, locale)} min`;
}

/** Formats the rest of a wait as minutes and seconds: `0:12`. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Formats a time of the reader's zone: with the weekday within six days, else with the date. */
export function formatTime(time: string | number, locale = DEFAULT_LOCALE, now = Date.now()): string {
  const at = new Date(time);
  const { hour12 } = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions();
  const clock: Intl.DateTimeFormatOptions = { hour: hour12 ? 'numeric' : '2-digit', minute: '2-digit' };
  const isNear = Math.abs(at.getTime() - now) < 6 * DAY_MS;
  const day: Intl.DateTimeFormatOptions = isNear
    ? { weekday: 'short' }
    : { day: 'numeric', month: 'short', year: 'numeric' };
  return at.toLocaleString(locale, { ...day, ...clock }).replace(', ', ' ');
}

/** Selects the form of a word for a count, by the plural rules of the locale. `other` is used for a missing form. */
export function plural(
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
  locale = DEFAULT_LOCALE,
): string {
  let rules = plurals.get(locale);
  if (!rules) plurals.set(locale, (rules = new Intl.PluralRules(locale)));
  return `${formatNumber(count, locale)} ${forms[rules.select(count)] ?? forms.other}`;
}
