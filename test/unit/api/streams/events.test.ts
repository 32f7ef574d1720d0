import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import type { StreamMessage } from '../../../../src/api/streams/stream-message.js';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

describe('the events of a job', () => {
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
    const heard = { messages: [] as StreamMessage[], ids: [] as string[], errors: [] as unknown[], source };
    source.addEventListener('message', (event) => {
      heard.messages.push(JSON.parse(event.data as string) as StreamMessage);
      heard.ids.push(event.lastEventId);
    });
    source.addEventListener('error', (event) => heard.errors.push(event.code));
    return heard;
  }

  /** Opens the events as they come over the wire. */
  async function raw(url: string, headers: Record<string, string> = {}) {
    const client = new AbortController();
    ends.push(() => client.abort());
    const response = await fetch(url, { headers, signal: client.signal });
    const heard = { text: '', ended: false, response, end: () => client.abort() };
    const read = async () => {
      for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk).toString();
      heard.ended = true;
    };
    read().catch(() => {});
    return heard;
  }

  it('tell an EventSource everything, and let it stop at the end', async () => {
    const jobId = api.downloads.add();
    const heard = listen(api.eventsUrl(jobId, api.tickets.issue(jobId, 'anonymous')));
    await waitFor('the present state', () => heard.messages.length === 1);
    api.downloads.change(jobId, { bytesHighWater: 500 });
    await waitFor('the change', () => heard.messages.length === 2);
    api.downloads.complete(jobId);
    // The stream ends, the EventSource comes again with the last id, and 204 tells it to stop.
    await waitFor('the EventSource to stop', () => heard.source.readyState === EventSource.CLOSED);
    expect(heard.errors.at(-1)).toBe(204);
    expect(heard.messages.map(({ type }) => type)).toEqual(['progress', 'progress', 'completed']);
    expect(new Set(heard.ids).size).toBe(3);
  });

  it('come as they are, through every proxy', async () => {
    const jobId = api.downloads.add();
    const { response } = await raw(api.eventsUrl(jobId));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  it('are not repeated to a client that has seen them, on whichever server', async () => {
    const jobId = api.downloads.add();
    const first = listen(api.eventsUrl(jobId));
    await waitFor('the present state', () => first.ids.length === 1);
    const other = await StreamApi.start({ downloads: api.downloads });
    ends.push(() => void other.stop());
    const again = await raw(other.eventsUrl(jobId), { 'last-event-id': first.ids[0]! });
    await waitFor('the other to listen', () => again.text.includes('retry:'));
    api.downloads.change(jobId, { bytesHighWater: 700 });
    await waitFor('the change', () => again.text.includes('"bytes_processed":700'));
    expect(again.text.match(/^id: /gm)).toHaveLength(1);
  });

  it('are all there are to a client that has seen others', async () => {
    const heard = await raw(api.eventsUrl(api.downloads.add()), { 'last-event-id': 'x' });
    await waitFor('the present state', () => heard.text.includes('data:'));
    expect(heard.text).toContain('"type":"progress"');
  });

  it('come with signs of life', async () => {
    const quick = await StreamApi.start({ times: { heartbeatMs: 30 } });
    const heard = await raw(quick.eventsUrl(quick.downloads.add()));
    await waitFor('signs of life', () => (heard.text.match(/^:$/gm) ?? []).length >= 3);
    heard.end();
    await waitFor('the stream to be dropped', () => quick.streams.size === 0);
    expect(heard.ended).toBe(false);
    await quick.stop();
  });

  it('go on through an outage, which they tell', async () => {
    const jobId = api.downloads.add();
    const heard = listen(api.eventsUrl(jobId));
    await waitFor('the present state', () => heard.messages.length === 1);
    api.downloads.down = true;
    await waitFor('the outage to be told', () => heard.messages.at(-1)?.stale);
    api.downloads.down = false;
    api.downloads.complete(jobId);
    await waitFor('the end', () => heard.messages.at(-1)?.type === 'completed');
    expect(heard.messages.map(({ stale }) => stale)).toEqual([undefined, true, undefined]);
  });

  it('send clients elsewhere when the server stops', async () => {
    const stopping = await StreamApi.start();
    const heard = await raw(stopping.eventsUrl(stopping.downloads.add()));
    await waitFor('the present state', () => heard.text.includes('data:'));
    stopping.streams.restart();
    await waitFor('the end', () => heard.ended);
    expect(heard.text).toMatch(/retry: 1000\n\n$/);
    await stopping.stop();
  });

  it.each([
    ['the ticket of another job', 401, 'UNAUTHENTICATED'],
    ['a ticket that came twice', 401, 'UNAUTHENTICATED'],
    ['a ticket of another user', 404, 'JOB_NOT_FOUND'],
    ['another user', 404, 'JOB_NOT_FOUND'],
    ['a job that is not there', 404, 'JOB_NOT_FOUND'],
  ])('are refused for %s', async (who, status, code) => {
    const [jobId, other] = [api.downloads.add('ada'), api.downloads.add('ada')];
    const mine = api.tickets.issue(jobId, 'ada');
    const urls: Record<string, string> = {
      'the ticket of another job': api.eventsUrl(jobId, api.tickets.issue(other, 'ada')),
      'a ticket that came twice': `${api.eventsUrl(jobId, mine)}&ticket=${mine}`,
      'a ticket of another user': api.eventsUrl(jobId, api.tickets.issue(jobId, 'bob')),
      'another user': api.eventsUrl(jobId),
      'a job that is not there': api.eventsUrl('01a20349-adb2-73db-8ca6-e108bd9d35e4'),
    };
    const response = await fetch(urls[who]!);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});
