import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdminClient } from '../../../../../clients/src/cli/admin/admin-client.js';
import { runCommand } from '../../../../../clients/src/cli/admin/admin-commands.js';
import { CommandError } from '../../../../../clients/src/cli/errors.js';
import { close, listen } from '../../../../support/raw-http.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML = { 'content-type': 'text/html; charset=utf-8' };

describe('AdminClient', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; headers: OutgoingHttpHeaders; body: string };
  beforeAll(async () => {
    server = createServer((_req, res) => {
      res.writeHead(answer.status, answer.headers).end(answer.body);
    });
    url = `http://127.0.0.1:${await listen(server)}`;
  });
  afterAll(() => close(server));
  beforeEach(() => {
    answer = { status: 200, headers: JSON_TYPE, body: '{}' };
  });

  /** Returns the error message of a command. */
  async function failureOf(...args: string[]): Promise<string> {
    const error = await runCommand(args, async () => new AdminClient({ url, token: undefined })).then(
      (printed) => new Error(`The command succeeded: ${printed}`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof CommandError)) throw error;
    return error.message;
  }

  const COMMANDS = [
    ['failed'],
    ['failed', '--json'],
    ['show', 'a'],
    ['retry', 'a'],
    ['terminate', 'a', '--reason', 'x'],
  ];

  it.each([
    [
      'an HTML page',
      200,
      HTML,
      '<!doctype html>\n<title>\u001b[31mWelcome',
      '200 with text/html: <!doctype html> <title> [31mWelcome',
    ],
    ['a foreign object', 200, JSON_TYPE, '{"hello":"world"}', '200 with application/json: {"hello":"world"}'],
    [
      'a list of foreign jobs',
      200,
      JSON_TYPE,
      '{"jobs":[{"id":1}],"nextCursor":null}',
      '200 with application/json: {"jobs":[{"id":1}]',
    ],
    ['an array', 200, JSON_TYPE, '[]', '200 with application/json: []'],
    ['a string', 200, JSON_TYPE, '"ok"', '200 with application/json: "ok"'],
    ['null', 200, JSON_TYPE, 'null', '200 with application/json: null'],
    ['truncated JSON', 200, JSON_TYPE, '{"jobs":', '200 with application/json: {"jobs":'],
    ['an empty body', 200, {}, '', '200 with an empty body'],
    ['no content', 204, {}, '', '204 with an empty body'],
    ['an HTML error page', 404, HTML, '<h1>Not Found</h1>', '404 with text/html: <h1>Not Found</h1>'],
    [
      'a foreign error',
      404,
      JSON_TYPE,
      '{"code":404,"message":"no"}',
      '404 with application/json: {"code":404,"message":"no"}',
    ],
    ['a null error', 500, JSON_TYPE, 'null', '500 with application/json: null'],
    ['an empty error', 502, {}, '', '502 with an empty body'],
  ])('names the address that sent %s, and the fix', async (_, status, headers, body, expected) => {
    answer = { status, headers, body };
    for (const command of COMMANDS) {
      const printed = await failureOf(...command);
      expect(printed).toContain(`${url} answered ${expected}`);
      expect(printed).toContain('LONGHAUL_URL');
      expect(printed.split('\n').length).toBeLessThanOrEqual(2);
    }
  });

  it('truncates long responses', async () => {
    answer = { status: 200, headers: HTML, body: 'x'.repeat(100_000) };
    expect((await failureOf('failed')).length).toBeLessThan(400);
  });

  it('names the target of a redirect', async () => {
    answer = { status: 301, headers: { location: 'https://elsewhere.test/v1/admin/failed' }, body: '' };
    const printed = await failureOf('failed');
    expect(printed).toContain(`${url} answered 301: a redirect to https://elsewhere.test/v1/admin/failed`);
    expect(printed).toContain('LONGHAUL_URL');
  });

  it('reports an aborted response', async () => {
    answer = {
      status: 200,
      headers: { ...JSON_TYPE, 'content-length': '100', connection: 'close' },
      body: '{"jobs":',
    };
    const printed = await failureOf('failed');
    expect(printed).toContain(url);
    expect(printed).toContain('LONGHAUL_URL');
  });

  it('prints the detail, code and request id', async () => {
    const problem = {
      type: 'urn:longhaul:problem:NEW',
      code: 'NEW',
      detail: 'No. Do this.',
      requestId: 'r-1',
    };
    answer = {
      status: 418,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify(problem),
    };
    expect(await failureOf('failed')).toBe('No. Do this. (NEW, request r-1)');
  });
});
