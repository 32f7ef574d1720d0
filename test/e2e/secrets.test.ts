import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { WebSocket } from 'ws';
import { StreamTickets } from '../../src/api/auth/stream-tickets.js';
import type { DownloadStatus, StartedDownload } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Planted where clients may send a secret that must not be stored. It is one word, so that no encoding hides it. */
const SECRET = 'hunter2hunter2hunter2hunter2';
const KEY = `${SECRET}-key-of-ada`;
const TICKET_SECRET = `${SECRET}-of-tickets-with-more-characters`;
const LINK_SECRET = `${SECRET}-of-links-with-more-characters`;

const UNKNOWN_JOB = '01890000-0000-7000-8000-000000000000';

/** Headers and a query that carry the secret, with or without a valid key. */
const SECRET_HEADERS = {
  cookie: `session=${SECRET}`,
  'x-auth-token': SECRET,
  'proxy-authorization': `Basic ${SECRET}`,
  'x-request-id': `"${SECRET}"`,
  referer: `https://app.example/?token=${SECRET}`,
  'user-agent': `app/1 (${SECRET})`,
};
const GOOD = { ...SECRET_HEADERS, authorization: `Bearer ${KEY}` };
const BAD = { ...SECRET_HEADERS, authorization: `Bearer ${SECRET}`, 'x-api-key': SECRET };
const QUERY = `?token=${SECRET}&ticket=${SECRET}&access_token=${SECRET}&password=${SECRET}`;

describeWith(await locateTemporalCli(), 'secret', (temporalCli) => {
  let stack: Stack;
  /** Status, headers and body of every response. */
  const answers: string[] = [];

  beforeAll(async () => {
    stack = await Stack.start({
      temporalCli,
      env: {
        LOG_LEVEL: 'trace',
        RATE_LIMIT_MAX_REQUESTS: '0',
        AUTH_MODE: 'api-key',
        API_KEYS: `ada=sha256:${createHash('sha256').update(KEY).digest('hex')}`,
        STREAM_TICKET_SECRET: TICKET_SECRET,
        LINK_SECRET,
      },
    });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
    await stack.store.write('downloads/70001', Buffer.from('world'));
  });
  afterAll(() => stack?.stop());

  async function ask(method: string, path: string, headers: Record<string, string>, body?: unknown) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await stack.request(path, {
      method,
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    const asked = `${method} ${path.replaceAll(SECRET, '…')}`;
    answers.push(JSON.stringify([asked, response.status, [...response.headers], answer]));
    return { status: response.status, body: answer };
  }

  /** Close code of a WebSocket, or the error that prevented it from opening. */
  function closingOf(path: string): Promise<string> {
    const socket = new WebSocket(`${stack.baseUrl.replace('http', 'ws')}${path}`);
    return new Promise((resolve) => {
      socket.once('error', ({ message }) => resolve(message));
      socket.once('close', (code) => resolve(String(code)));
    });
  }

  async function waitUntilFinal(jobId: string): Promise<void> {
    await waitFor('the job to end', async () => {
      const { body } = await ask('GET', `/v1/download/status/${jobId}${QUERY}`, GOOD);
      return ['completed', 'failed'].includes((JSON.parse(body) as DownloadStatus).status);
    });
  }

  /** Sends requests that are accepted, and waits for their jobs. */
  async function good(): Promise<void> {
    for (const fileIds of [[70_000, 70_001], [70_000, 79_999], [79_999]]) {
      const headers = { ...GOOD, 'idempotency-key': `${SECRET}-${fileIds.join('-')}` };
      const body = { fileIds, onFileError: fileIds.length > 1 ? 'fail' : 'skip' };
      const started = await ask('POST', `/v1/download/initiate${QUERY}`, headers, body);
      expect(started.status).toBe(202);
      const { jobId } = JSON.parse(started.body) as StartedDownload;
      await waitUntilFinal(jobId);
      await ask('POST', `/v1/download/initiate${QUERY}`, headers, { ...body, priority: 'low' });
      await ask('GET', `/v1/download/${jobId}/files${QUERY}`, GOOD);
      await ask('GET', `/v1/download/${jobId}${QUERY}`, GOOD);
      await ask('POST', `/v1/download/cancel/${jobId}${QUERY}`, GOOD);
    }
    const keyed = { fileId: 70_000, clientRequestId: `${SECRET}-in-the-body` };
    const { body } = await ask('POST', '/v1/download/initiate', GOOD, keyed);
    await waitUntilFinal((JSON.parse(body) as StartedDownload).jobId);
    await ask('POST', `/v1/download/check${QUERY}`, GOOD, { fileId: 70_000 });
  }

  /** Sends requests that are rejected, each for another reason. */
  async function bad(): Promise<void> {
    const bodies: unknown[] = [
      { fileId: 70_000, password: SECRET },
      { fileId: 70_000, archive: { format: SECRET, name: 'x', extra: { deep: [SECRET] } } },
      { fileId: 70_000, clientRequestId: `${SECRET} with a blank` },
      { fileId: `${SECRET}/x`, onFileError: SECRET, priority: SECRET, labels: SECRET },
      {
        files: [
          { fileId: 70_000, name: `../${SECRET}` },
          { fileId: SECRET, token: SECRET },
        ],
      },
      { fileIds: [SECRET, { [`a`]: SECRET }], archive: { name: `${SECRET}/${SECRET}` } },
      { fileId: 70_000, labels: { a: SECRET.repeat(20) } },
      `{"fileId": 70000, "password": "${SECRET}`,
      `"${SECRET}"`,
      SECRET,
      JSON.stringify({ fileId: 70_000, password: SECRET, x: 'x'.repeat(1_100_000) }),
    ];
    for (const path of ['/v1/download/initiate', '/v1/download/check']) {
      for (const body of bodies) {
        expect((await ask('POST', path + QUERY, GOOD, body)).status).toBeGreaterThanOrEqual(400);
        await ask('POST', path + QUERY, BAD, body);
      }
      await ask('POST', path + QUERY, { ...GOOD, 'content-type': `text/${SECRET}` }, SECRET);
      await ask('POST', path + QUERY, { ...GOOD, 'content-encoding': SECRET }, SECRET);
      await ask('PUT', path + QUERY, GOOD, { password: SECRET });
    }
    const key = { 'idempotency-key': `${SECRET} with a blank` };
    await ask('POST', '/v1/download/initiate', { ...GOOD, ...key }, { fileId: 70_000 });
    for (const headers of [GOOD, BAD, SECRET_HEADERS]) {
      for (const path of ['/', '/livez', '/health', '/metrics', '/v1/nothing', '/v1/download/jobs']) {
        await ask('GET', path + QUERY, headers);
      }
      for (const path of ['', '/files', '/stream', '/events']) {
        await ask('GET', `/v1/download/${UNKNOWN_JOB}${path}${QUERY}`, headers);
        await ask('GET', `/v1/download/jobs/${UNKNOWN_JOB}${path}${QUERY}`, headers);
      }
      await ask('GET', `/v1/download/${UNKNOWN_JOB}/files?cursor=${SECRET}&limit=${SECRET}`, headers);
      await ask('GET', `/v1/download/status/${UNKNOWN_JOB}${QUERY}&waitMs=${SECRET}`, headers);
      await ask('GET', `/v1/objects/${SECRET}.${SECRET}${QUERY}`, headers);
    }
  }

  /** Sends requests that fail with detailed server logs. Runs last, because workers reconnect slowly. */
  async function unlucky(): Promise<void> {
    await stack.temporal.kill();
    const key = { 'idempotency-key': SECRET };
    const start = await ask('POST', `/v1/download/initiate${QUERY}`, { ...GOOD, ...key }, { fileId: 70_000 });
    expect(start.status).toBe(503);
    const status = await ask('GET', `/v1/download/status/${UNKNOWN_JOB}${QUERY}`, GOOD);
    expect(status.status).toBe(503);
    const ticket = new StreamTickets([TICKET_SECRET]).issue(UNKNOWN_JOB, 'ada');
    const stream = `/v1/download/jobs/${UNKNOWN_JOB}`;
    expect((await ask('GET', `${stream}/events?ticket=${ticket}`, {})).status).toBe(503);
    expect(await closingOf(`${stream}/stream?ticket=${ticket}`)).toContain('503');
    await waitFor('the failure to be logged', () => stack.api.log.includes(`${stream}/stream`));
    expect(stack.api.log).not.toContain(ticket);
    await stack.startTemporal();
  }

  /** Everything Temporal stores: histories, memos, search attributes and summaries, with payloads decoded. */
  async function kept(): Promise<string> {
    const connection = await Connection.connect({ address: stack.temporalAddress });
    const client = new Client({ connection });
    const all: string[] = [];
    try {
      for await (const { workflowId, runId } of client.workflow.list()) {
        const handle = client.workflow.getHandle(workflowId, runId);
        all.push(legible(await handle.fetchHistory()), legible((await handle.describe()).raw));
      }
    } finally {
      await connection.close();
    }
    expect(all.length).toBeGreaterThanOrEqual(8);
    return all.join('\n');
  }

  it('that opens a file appears in no log', async () => {
    const started = await ask('POST', '/v1/download/initiate', GOOD, { fileId: 70_000 });
    const { jobId, streamUrl } = JSON.parse(started.body) as StartedDownload;
    await waitUntilFinal(jobId);
    const { body } = await ask('GET', `/v1/download/status/${jobId}`, GOOD);
    const token = new URL((JSON.parse(body) as DownloadStatus).downloadUrl!).pathname.split('/').at(-1)!;
    const ticket = new URL(streamUrl).searchParams.get('ticket')!;
    await stack.store.delete(await stack.artifacts(jobId));
    expect((await fetch(`${stack.baseUrl}/v1/objects/${token}`)).status).toBe(404);
    await ask('GET', `/v1/download/jobs/${jobId}/events?ticket=${ticket}`, {});
    expect(await closingOf(`/v1/download/jobs/${jobId}/stream?ticket=${ticket}`)).toBe('1000');
    expect(await closingOf(`/v1/download/jobs/${UNKNOWN_JOB}/stream?ticket=${ticket}`)).toContain('401');
    for (const server of [stack.api, ...stack.workers]) {
      expect(server.log).not.toContain(token);
      expect(server.log).not.toContain(ticket);
    }
  });

  it('appears only where the client put it', async () => {
    await good();
    await bad();
    await unlucky();
    expect(answers.filter((answer) => answer.includes(SECRET))).toEqual([]);

    const history = await kept();
    expect(history).toContain('archives/');
    expect(linesWith(history)).toEqual([]);

    for (const server of [stack.api, ...stack.workers]) {
      expect(server.log).toMatch(/"service":"longhaul-(api|worker)"/);
      expect(linesWith(server.log)).toEqual([]);
    }
    expect(stack.api.log).toContain('request failed');
  });
});

function linesWith(text: string): string[] {
  return text.split('\n').filter((line) => line.includes(SECRET));
}

/** JSON with payload bytes decoded to text, otherwise they would be base64 or lists of numbers. */
function legible(value: unknown): string {
  const text = (_key: string, item: unknown): unknown => {
    if (item instanceof Uint8Array) return Buffer.from(item).toString('latin1');
    const { type, data } = (item ?? {}) as { type?: unknown; data?: unknown };
    if (type === 'Buffer') return Buffer.from(data as number[]).toString('latin1');
    if (typeof data === 'string')
      return { ...(item as object), data: Buffer.from(data, 'base64').toString('latin1') };
    return item;
  };
  return JSON.stringify(value, text);
}
