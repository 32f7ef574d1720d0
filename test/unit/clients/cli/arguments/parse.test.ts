import { describe, expect, it } from '@jest/globals';
import { parseDuration } from '../../../../../clients/src/cli/arguments/duration.js';
import { nearest } from '../../../../../clients/src/cli/arguments/nearest.js';
import { parseArguments } from '../../../../../clients/src/cli/arguments/parse.js';
import { COMMAND_NAMES } from '../../../../../clients/src/cli/commands/all.js';
import { UsageError } from '../../../../../clients/src/cli/errors.js';

const parse = (...args: string[]) => parseArguments(args, ['output', 'force', 'from', 'help'], 'download');

describe('parseArguments', () => {
  it('separates flags from ids', () => {
    const { values, positionals } = parse('70000', '-o', '-', '--from', '-', '--force', '--', '-id');
    expect(values).toEqual({ output: '-', from: ['-'], force: true });
    expect(positionals).toEqual(['70000', '-id']);
  });

  it.each([
    [['--forse'], 'Did you mean --force?'],
    [['--otput=x'], 'Did you mean --output?'],
    [['--zzz'], 'longhaul download --help'],
    [['-z'], 'Unknown flag -z'],
    [['--state', 'x'], 'longhaul download has no flag --state'],
    [['--api-key', 'x'], 'longhaul login'],
    [['-o'], "'-o, --output <value>' argument missing"],
    [['--force=yes'], 'does not take an argument'],
  ])('refuses %j with advice', (args, advice) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(advice);
  });
});

describe('nearest', () => {
  it.each([
    ['downlaod', 'download'],
    ['dowload', 'download'],
    ['down', 'download'],
    ['satus', 'status'],
    ['lsit', 'list'],
    ['canel', 'cancel'],
    ['xyzzy', undefined],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, COMMAND_NAMES)).toBe(expected);
  });
});

describe('parseDuration', () => {
  it.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['500ms', 500],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text, '--timeout')).toBe(ms);
  });

  it.each(['', '0', '-1', '10 m', 'soon'])('refuses "%s"', (text) => {
    expect(() => parseDuration(text, '--timeout')).toThrow(UsageError);
  });
});
