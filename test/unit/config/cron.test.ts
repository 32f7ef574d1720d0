import { describe, expect, it } from '@jest/globals';
import { isCronExpression } from '../../../src/config/cron.js';

/** What a Temporal server of today was found to take, and to refuse. */
describe('a cron expression', () => {
  it.each([
    '0 3 * * *',
    ' 0  3 * * *',
    '007 3 * * *',
    '*/5 1-4 * JAN,JUL MON',
    '1,2,3-5/2 * * * *',
    '0/15 * * * *',
    '*/100 * * * *',
    '0 3 2/3 * *',
    '0 3 * january-march *',
    '0 3 * * Sunday',
    '0 3 * * Mo',
    '0 3 * * mon-FRI',
    '0 3 * * 0-7',
    '0 3 * * * 2027-2029',
    '*/10 0 3 * * * *',
    '0 3 * * * # at night',
    '@daily',
    '@yearly',
    '@every 6h',
    '@every 1d12h',
    '@every 1.5h',
    '@every 6h/30m',
    'TZ=UTC @daily',
    'CRON_TZ=Europe/Berlin 0 3 * * *',
  ])('is one: %s', (text) => {
    expect(isCronExpression(text)).toBe(true);
  });

  it.each([
    '',
    'nonsense',
    'every night at three o clock',
    '0 3 * *',
    '0 3 * * * * * *',
    '60 * * * *',
    '0 24 * * *',
    '0 3 0 * *',
    '0 3 32 * *',
    '0 3 * 13 *',
    '0 3 * * 8',
    '0 3 ? * *',
    '0 3 L * *',
    '0 3 15W * *',
    '0 3 * * 5L',
    '0 3 * * M',
    '0 3 * * Mondax',
    '0 3 * * SAT-SUN',
    '30-10 * * * *',
    '5- * * * *',
    '-5 * * * *',
    '** * * * *',
    '*/0 * * * *',
    '1,,2 * * * *',
    '61 0 3 * * * *',
    '0 3 * * * 1970',
    '0 3 * * * 20300',
    '@Daily',
    '@reboot',
    '@every',
    '@every 90',
    '@every 0s',
    '@every 1w',
    '@every 1ms',
    'TZ=Mars/Phobos 0 3 * * *',
    'TZ=europe/berlin 0 3 * * *',
  ])('is none: %s', (text) => {
    expect(isCronExpression(text)).toBe(false);
  });
});
