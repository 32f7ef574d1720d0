import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdminClient } from '../../../src/cli/admin-client.js';
import { runCommand } from '../../../src/cli/commands.js';
import { RequestFailed } from '../../../src/cli/errors.js';
import { close, listen } from '../../support/raw-http.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML = { 'content-type': 'text/html; charset=utf-8' };

describe('the command line', () => {
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

  /** What is printed when the command fails as it may. */
  async function failureOf(...args: string[]): Promise<string> {
    const error = await runCommand(args, () => new AdminClient({ url, apiKey: undefined })).then(
      (printed) => new Error(`It printed ${printed}`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof RequestFailed)) throw error;
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
      'another page',
      200,
      HTML,
      '<!doctype html>\n<title>\u001b[31mWelcome',
      '200 with text/html: <!doctype html> <title> [31mWelcome',
    ],
    ['another object', 200, JSON_TYPE, '{"hello":"world"}', '200 with application/json: {"hello":"world"}'],
    [
      'lists of other things',
      200,
      JSON_TYPE,
      '{"jobs":[{"id":1}],"nextCursor":null}',
      '200 with application/json: {"jobs":[{"id":1}]',
    ],
    ['a list', 200, JSON_TYPE, '[]', '200 with application/json: []'],
    ['a text', 200, JSON_TYPE, '"ok"', '200 with application/json: "ok"'],
    ['null', 200, JSON_TYPE, 'null', '200 with application/json: null'],
    ['half of JSON', 200, JSON_TYPE, '{"jobs":', '200 with application/json: {"jobs":'],
    ['nothing', 200, {}, '', '200 with nothing'],
    ['no content', 204, {}, '', '204 with nothing'],
    ['another page for errors', 404, HTML, '<h1>Not Found</h1>', '404 with text/html: <h1>Not Found</h1>'],
    [
      'another error',
      404,
      JSON_TYPE,
      '{"code":404,"message":"no"}',
      '404 with application/json: {"code":404,"message":"no"}',
    ],
    ['an error that is null', 500, JSON_TYPE, 'null', '500 with application/json: null'],
    ['an error without a word', 502, {}, '', '502 with nothing'],
  ])('says which address gave %s, and what to do', async (_, status, headers, body, told) => {
    answer = { status, headers, body };
    for (const command of COMMANDS) {
      const printed = await failureOf(...command);
      expect(printed).toContain(`${url} answered ${told}`);
      expect(printed).toContain('LONGHAUL_URL');
      expect(printed.split('\n').length).toBeLessThanOrEqual(2);
    }
  });

  it('does not print all of a long answer', async () => {
    answer = { status: 200, headers: HTML, body: 'x'.repeat(100_000) };
    expect((await failureOf('failed')).length).toBeLessThan(400);
  });

  it('says where it is sent', async () => {
    answer = { status: 301, headers: { location: 'https://elsewhere.test/v1/admin/failed' }, body: '' };
    const printed = await failureOf('failed');
    expect(printed).toContain(`${url} answered 301: it sends to https://elsewhere.test/v1/admin/failed`);
    expect(printed).toContain('LONGHAUL_URL');
  });

  it('says so when the answer breaks off', async () => {
    answer = {
      status: 200,
      headers: { ...JSON_TYPE, 'content-length': '100', connection: 'close' },
      body: '{"jobs":',
    };
    const printed = await failureOf('failed');
    expect(printed).toContain(url);
    expect(printed).toContain('LONGHAUL_URL');
  });

  it('repeats what the API says, with what finds it in the logs', async () => {
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
