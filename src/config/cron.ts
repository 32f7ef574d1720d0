import { Cron } from 'croner';

const TIME_ZONE = /^(?:CRON_)?TZ=\S+\s+/;
const NAMED = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every\s+\d\S*)$/;

/**
 * Whether Temporal would take `text` for a cron expression: five fields, after them a year, before them seconds; a name
 * such as `@daily`, `@every 6h`; a time zone before all of it. Of the year and the seconds not all that is wrong is seen.
 */
export function isCronExpression(text: string): boolean {
  const expression = text.trim().replace(TIME_ZONE, '');
  if (NAMED.test(expression)) return true;
  const fields = expression.split(/\s+/);
  if (fields.length < 5 || fields.length > 7) return false;
  const first = fields.length === 7 ? 1 : 0;
  return isParsed(fields.slice(first, first + 5).join(' '));
}

function isParsed(fiveFields: string): boolean {
  try {
    return new Cron(fiveFields, { paused: true, mode: '5-part' }).getPattern() !== undefined;
  } catch {
    return false;
  }
}
