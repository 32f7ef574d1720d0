import { UsageError } from '../errors.js';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longest delay of a timer in Node. */
const MAX_MS = 2_147_483_647;

/** Reads a time such as `90`, `90s`, `10m` or `2h`, in milliseconds. @throws UsageError */
export function parseDuration(text: string, flag: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const ms = number === undefined ? 0 : Number(number) * UNIT_MS[unit]!;
  if (ms <= 0) throw new UsageError(`${flag} must be a time such as 90s, 10m or 2h, not "${text}".`);
  return Math.min(ms, MAX_MS);
}
