import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import type { StreamMessage } from '../../../../src/contract/http/snake-case-schemas.js';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

const connectionsOf = ({ server }: StreamApi) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

describe('JobEvents', () => {
  let api: StreamApi;
  beforeAll(async () => {
    api = await StreamApi.start();
  });
  afterAll(() => api.stop());

  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  function listen(url: string) {
    const source = new EventSource(url);
    ends.push(() => source.close());
    const received = {
      messages: [] as StreamMessage[],
      ids: [] as string[],
      errors: [] as unknown[],
      source,
    };
    source.addEventListener('message', (event) => {
      received.messages.push(JSON.parse(event.data as string) as StreamMessage);
      received.ids.push(event.lastEventId);
    });
    source.addEventListener('error', (event) => received.errors.push(event.code));
    return received;
  }

  /** Opens the events and collects the raw text. */
  async function raw(url: string, headers: Record<string, string> = {}) {
    const client = new AbortController();
    ends.push(() => client.abort());
    const response = await fetch(url, { headers, signal: client.signal });
    const received = { text: '', ended: false, response, end: () => client.abort() };
    const read = async () => {
      for await (const chunk of response.body ?? []) received.text += Buffer.from(chunk).toString();
      received.ended = true;
    };
    read().catch(() => {});
    return received;
  }

  it('sends every change and stops the EventSource', async () => {
    const jobId = api.jobs.add();
    const received = listen(api.eventsUrl(jobId, api.tickets.issue(jobId, 'anonymous')));
    await waitFor('the current state', () => received.messages.length === 1);
    api.jobs.change(jobId, { bytesHighWater: 500 });
    await waitFor('the change', () => received.messages.length === 2);
    api.jobs.complete(jobId);
    // After the end the EventSource reconnects with the last id, and 204 stops it.
    await waitFor('the EventSource to stop', () => received.source.readyState === EventSource.CLOSED);
    expect(received.errors.at(-1)).toBe(204);
    expect(received.messages.map(({ type }) => type)).toEqual(['progress', 'progress', 'completed']);
    expect(new Set(received.ids).size).toBe(3);
  });

  it('forbids buffering and compression by proxies', async () => {
    const jobId = api.jobs.add();
    const { response } = await raw(api.eventsUrl(jobId));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  it('repeats no event on another server', async () => {
    const jobId = api.jobs.add();
    const first = listen(api.eventsUrl(jobId));
    await waitFor('the current state', () => first.ids.length === 1);
    const other = await StreamApi.start({ jobs: api.jobs });
    ends.push(() => void other.stop());
    const again = await raw(other.eventsUrl(jobId), { 'last-event-id': first.ids[0]! });
    await waitFor('the other stream to open', () => again.text.includes('retry:'));
    api.jobs.change(jobId, { bytesHighWater: 700 });
    await waitFor('the change', () => again.text.includes('"bytes_processed":700'));
    expect(again.text.match(/^id: /gm)).toHaveLength(1);
  });

  it('sends the current state for an unknown id', async () => {
    const received = await raw(api.eventsUrl(api.jobs.add()), { 'last-event-id': 'x' });
    await waitFor('the current state', () => received.text.includes('data:'));
    expect(received.text).toContain('"type":"progress"');
  });

  it('sends heartbeats', async () => {
    const quick = await StreamApi.start({ times: { heartbeatMs: 30 } });
    const received = await raw(quick.eventsUrl(quick.jobs.add()));
    await waitFor('heartbeats', () => (received.text.match(/^:$/gm) ?? []).length >= 3);
    received.end();
    await waitFor('the stream to be removed', () => quick.streams.size === 0);
    expect(received.ended).toBe(false);
    await quick.stop();
  });

  it('continues after an outage', async () => {
    const jobId = api.jobs.add();
    const received = listen(api.eventsUrl(jobId));
    await waitFor('the current state', () => received.messages.length === 1);
    api.jobs.down = true;
    const before = api.jobs.reads;
    await waitFor('some reads', () => api.jobs.reads >= before + 2);
    api.jobs.down = false;
    api.jobs.complete(jobId);
    await waitFor('the end', () => received.messages.at(-1)?.type === 'completed');
    expect(received.messages).toHaveLength(2);
    expect(received.errors).not.toContain(503);
  });

  it('repeats no event for a stale view', async () => {
    const jobId = api.jobs.add();
    const first = listen(api.eventsUrl(jobId));
    await waitFor('the current state', () => first.ids.length === 1);
    const other = await StreamApi.start({ jobs: api.jobs });
    ends.push(() => void other.stop());
    api.jobs.stale = true;
    const again = await raw(other.eventsUrl(jobId), { 'last-event-id': first.ids[0]! });
    api.jobs.change(jobId, { bytesHighWater: 700 });
    await waitFor('the change', () => again.text.includes('"bytes_processed":700'));
    api.jobs.stale = false;
    expect(again.text.match(/^id: /gm)).toHaveLength(1);
    expect(again.text).toContain('"stale":true');
  });

  it('ends when the job is deleted', async () => {
    const jobId = api.jobs.add();
    const received = listen(api.eventsUrl(jobId));
    await waitFor('the current state', () => received.messages.length === 1);
    api.jobs.remove(jobId);
    await waitFor('the EventSource to stop', () => received.source.readyState === EventSource.CLOSED);
    expect(received.errors.at(-1)).toBe(404);
    expect(received.messages).toHaveLength(1);
  });

  it('removes the stream of an early disconnect', async () => {
    const slow = await StreamApi.start();
    let release!: () => void;
    slow.jobs.gate = new Promise((resolve) => (release = resolve));
    const client = new AbortController();
    const answer = once(get(slow.eventsUrl(slow.jobs.add()), { signal: client.signal }), 'response');
    await waitFor('the job to be read', () => slow.jobs.reads === 1);
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    await waitFor('the server to see the disconnect', () => connectionsOf(slow).then((open) => open === 0));
    release();
    const witness = await raw(slow.eventsUrl(slow.jobs.add()));
    await waitFor('another stream', () => witness.text.includes('data:'));
    expect(slow.streams.size).toBe(1);
    await slow.stop();
  });

  it('asks clients to reconnect at shutdown', async () => {
    const stopping = await StreamApi.start();
    const received = await raw(stopping.eventsUrl(stopping.jobs.add()));
    await waitFor('the current state', () => received.text.includes('data:'));
    stopping.streams.restart();
    await waitFor('the end', () => received.ended);
    expect(received.text).toMatch(/retry: 1000\n\n$/);
    // An error response would stop an EventSource permanently.
    const late = await raw(stopping.eventsUrl(stopping.jobs.add()));
    await waitFor('the end', () => late.ended);
    expect(late.response.status).toBe(200);
    expect(late.text).toMatch(/retry: 1000\n\n$/);
    expect(late.text).not.toContain('data:');
    await stopping.stop();
  });

  it('counts towards the rate limits', async () => {
    const limited = await StreamApi.start({
      dependencies: { rateLimit: { windowMs: 600_000, maxRequests: 2 } },
    });
    const jobId = limited.jobs.add('ada');
    const ticket = limited.tickets.issue(jobId, 'ada');
    const first = await raw(limited.eventsUrl(jobId, ticket));
    expect(first.response.headers.get('ratelimit-remaining')).toBe('1');
    await raw(limited.eventsUrl(jobId, ticket));
    const third = await fetch(limited.eventsUrl(jobId, ticket));
    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({ code: 'RATE_LIMITED' });
    const statuses: number[] = [];
    for (let i = 0; i <= 100; i++) {
      const response = await fetch(limited.eventsUrl(jobId, `x.${i}`));
      await response.body?.cancel();
      statuses.push(response.status);
    }
    expect(statuses.slice(0, 100)).toEqual(Array<number>(100).fill(401));
    expect(statuses.at(-1)).toBe(429);
    await limited.stop();
  });

  it('rejects unauthenticated requests', async () => {
    const response = await fetch(api.eventsUrl(api.jobs.add()), { headers: { 'x-user-id': 'a b' } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('rejects an invalid Host and other methods', async () => {
    const url = api.eventsUrl(api.jobs.add());
    const post = await fetch(url, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    await post.body?.cancel();
    const socket = connect(api.port, '127.0.0.1');
    socket.write(`GET ${new URL(url).pathname} HTTP/1.1\r\nHost: a b\r\n\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ['the ticket of another job', 401, 'UNAUTHENTICATED'],
    ['a repeated ticket', 401, 'UNAUTHENTICATED'],
    ['a ticket of another user', 404, 'JOB_NOT_FOUND'],
    ['another user', 404, 'JOB_NOT_FOUND'],
    ['an unknown job', 404, 'JOB_NOT_FOUND'],
  ])('rejects %s', async (who, status, code) => {
    const [jobId, other] = [api.jobs.add('ada'), api.jobs.add('ada')];
    const mine = api.tickets.issue(jobId, 'ada');
    const urls: Record<string, string> = {
      'the ticket of another job': api.eventsUrl(jobId, api.tickets.issue(other, 'ada')),
      'a repeated ticket': `${api.eventsUrl(jobId, mine)}&ticket=${mine}`,
      'a ticket of another user': api.eventsUrl(jobId, api.tickets.issue(jobId, 'bob')),
      'another user': api.eventsUrl(jobId),
      'an unknown job': api.eventsUrl('01a20349-adb2-73db-8ca6-e108bd9d35e4'),
    };
    const response = await fetch(urls[who]!);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});
