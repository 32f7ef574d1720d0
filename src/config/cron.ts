interface Field {
  min: number;
  max: number;
  /** Of the values from `min` on. */
  names?: readonly string[];
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Seconds and year may be left out, the seconds first. */
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 7, names: DAYS },
  { min: 2000, max: 2100 },
];

const NAMED = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const DURATION = String.raw`(?:\d+(?:\.\d+)?[smhd])+`;
const EVERY = new RegExp(String.raw`^@every\s+${DURATION}(?:/${DURATION})?$`);

/**
 * Whether Temporal takes `text` for a cron expression. Its dialect is one of its own, which no library speaks: five to
 * seven fields of lists, ranges, steps and names that may be cut short, `@daily` and its like, `@every 6h`, a time zone
 * before and a comment behind it.
 * @see https://pkg.go.dev/go.temporal.io/api/schedule/v1#ScheduleSpec
 */
export function isCronExpression(text: string): boolean {
  const [, zone, expression] = /^(?:(?:CRON_)?TZ=(\S+) +)?(.*)$/.exec(text.replace(/#.*$/, '').trim())!;
  if (zone !== undefined && !isTimeZone(zone)) return false;
  if (NAMED.test(expression!)) return true;
  if (EVERY.test(expression!)) return /[1-9]/.test(expression!);
  const fields = expression!.split(/\s+/);
  if (fields.length < 5 || fields.length > 7) return false;
  const first = fields.length === 7 ? 0 : 1;
  return fields.every((field, i) => isListOf(FIELDS[first + i]!, field));
}

function isListOf(field: Field, list: string): boolean {
  return list.split(',').every((item) => {
    const parts = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
    if (!parts) return false;
    const [, from, to, step] = parts;
    const [low, high] = [valueOf(field, from ?? field.min), valueOf(field, to ?? from ?? field.max)];
    return low >= field.min && high <= field.max && low <= high && Number(step ?? 1) > 0;
  });
}

/** NaN for what is none, so that it lies within no bounds. */
function valueOf({ min, names = [] }: Field, text: string | number): number {
  if (typeof text === 'number' || /^\d+$/.test(text)) return Number(text);
  const index = text.length < 2 ? -1 : names.findIndex((name) => name.startsWith(text.toLowerCase()));
  return index === -1 ? NaN : min + index;
}

/** Only as it is spelled in the time zone database, which tells case apart. */
function isTimeZone(zone: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone !== '' && zone !== zone.toLowerCase();
  } catch {
    return false;
  }
}
