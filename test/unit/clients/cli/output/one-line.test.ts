import { describe, expect, it } from '@jest/globals';
import { Console } from '../../../../../clients/src/cli/output/console.js';
import { jsonText } from '../../../../../clients/src/cli/output/one-line.js';

const HOSTILE = 'a\u001B[31mb\u009B2Jc\u202Ed\re';

describe('jsonText', () => {
  it('escapes control characters, and keeps the value', () => {
    const json = jsonText({ name: `${HOSTILE}\n` }, 2);
    // eslint-disable-next-line no-control-regex -- the text must have none of them
    expect(json).toMatch(/^[\n\u0020-\u007e]+$/);
    expect(JSON.parse(json)).toEqual({ name: `${HOSTILE}\n` });
  });
});

describe('Console', () => {
  it('prints no control characters of any text', () => {
    let written = '';
    const stream = { write: (text: string | Uint8Array) => Boolean((written += String(text))) };
    const console = new Console({ stdout: stream, stderr: stream, quiet: false, color: false });
    console.data(`${HOSTILE}\n`);
    console.note(HOSTILE);
    console.hint(HOSTILE);
    console.warn(HOSTILE);
    console.error(HOSTILE);
    expect(written.match(/^.*a \[31mb 2Jc d e$/gm)).toHaveLength(5);
  });
});
