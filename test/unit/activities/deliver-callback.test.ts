import { createHmac, randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  type CallbackDependencies,
  createCallbackActivities,
} from '../../../src/activities/deliver-callback.js';
import { HANDED_OVER } from '../../../src/contract/activities.js';
import type { Callback, CallbackAttempt } from '../../../src/contract/callbacks/callbacks.js';
import { OutboundHttp } from '../../../src/outbound/outbound-http.js';
import { UrlGuard } from '../../../src/outbound/url-guard.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { jobEnded } from '../../../src/contract/callbacks/callback-payload.js';
import { queuedSnapshot } from '../../../src/contract/queued-snapshot.js';
import { aJob } from '../../support/jobs.js';
import { Receiver } from '../../support/receiver.js';
import { Attempt, failureOf } from './support.js';

const keys = [randomBytes(32), randomBytes(24)];
const secrets = keys.map((key) => `whsec_${key.toString('base64')}`);
const PLANTED = 'hunter2';
const HOW_TO_ALLOW = 'add the receiver to OUTBOUND_ALLOWED_HOSTS to allow it';

describe('deliverCallback', () => {
  let receiver: Receiver;
  let http: OutboundHttp;
  let logged: string[];
  beforeEach(async () => {
    receiver = await Receiver.start();
    http = new OutboundHttp(new UrlGuard([receiver.host]));
    logged = [];
  });
  afterEach(async () => {
    http.close();
    await receiver.stop();
  });

  const job = aJob();
  const callbackTo = (url: string): Callback => ({
    messageId: 'msg_1',
    target: { kind: 'url', url },
    payload: jobEnded(job, { ...queuedSnapshot(job), status: 'cancelled', completedAt: job.createdAt }),
  });
  const activities = (changes: Partial<CallbackDependencies> = {}) => {
    const logger = createLogger('debug', 'test', {
      destination: { write: (line) => void logged.push(line) },
    });
    return createCallbackActivities({ http, secrets, operatorUrl: undefined, logger, ...changes });
  };
  const deliver = (callback: Callback, changes?: Partial<CallbackDependencies>): Promise<CallbackAttempt> =>
    new Attempt().run(activities(changes).deliverCallback, callback);

  it('signs messages with every secret', async () => {
    const callback = callbackTo(`${receiver.url}/hook?token=1`);
    expect(await deliver(callback)).toMatchObject({ status: 200, reason: 'acknowledged with 200' });
    const [{ body, headers, method, path }] = receiver.requests as [(typeof receiver.requests)[0]];
    expect({ method, path }).toEqual({ method: 'POST', path: '/hook?token=1' });
    expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(callback.payload);
    }
    const signed = `msg_1.${headers['webhook-timestamp'] as string}.${body}`;
    const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(headers['webhook-signature']).toBe(signatures.join(' '));
    const stranger = new Webhook(`whsec_${randomBytes(32).toString('base64')}`);
    expect(() => stranger.verify(body, headers as Record<string, string>)).toThrow('No matching signature');
  });

  it('stays verifiable during a secret rotation', async () => {
    await deliver(callbackTo(receiver.url), { secrets: [secrets[1]!] });
    const [{ body, headers }] = receiver.requests as [(typeof receiver.requests)[0]];
    expect(() => new Webhook(secrets[1]!).verify(body, headers as Record<string, string>)).not.toThrow();
    expect(() => new Webhook(secrets[0]!).verify(body, headers as Record<string, string>)).toThrow(
      'No matching signature',
    );
  });

  it.each([
    [204, 'acknowledged with 204', null],
    [410, 'responded with 410: the receiver wants no more messages', null],
    [400, 'responded with 400', null],
    [503, 'responded with 503', 120_000],
  ])('reports status %i', async (status, reason, retryAfterMs) => {
    receiver.answer = (_, response) =>
      response.writeHead(status, retryAfterMs ? { 'retry-after': '120' } : {}).end();
    expect(await deliver(callbackTo(receiver.url))).toMatchObject({ status, reason, retryAfterMs });
  });

  it('follows no redirect', async () => {
    const inner = await Receiver.start();
    receiver.answer = (_, response) => response.writeHead(307, { location: inner.url }).end();
    expect(await deliver(callbackTo(receiver.url))).toMatchObject({
      status: 307,
      reason: 'responded with 307: redirects are not followed',
    });
    expect(inner.connections).toBe(0);
    await inner.stop();
  });

  it('reports timeouts, broken connections and refused URLs', async () => {
    receiver.answer = () => {};
    const hanging = await deliver(callbackTo(receiver.url), { answerMs: 100 });
    expect(hanging).toMatchObject({ status: null, reason: 'there was no response within 0.1 s' });
    receiver.answer = (_, response) => response.socket!.destroy();
    expect((await deliver(callbackTo(receiver.url))).reason).toBe('the connection was reset (ECONNRESET)');
    const before = receiver.connections;
    expect((await deliver(callbackTo(`https://127.0.0.1:${receiver.port}/`))).reason).toContain(
      'the TLS handshake failed',
    );
    const guarded = new OutboundHttp(new UrlGuard());
    const refused = await deliver(callbackTo(receiver.url), { http: guarded });
    expect(refused).toMatchObject({ status: null, reason: `the URL must be an https URL; ${HOW_TO_ALLOW}` });
    expect(receiver.connections).toBe(before + 1);
    guarded.close();
  });

  it('checks the address on every attempt', async () => {
    const toLoopback: LookupFunction = (_hostname, options, callback) =>
      options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);
    const rebound = new OutboundHttp(new UrlGuard(), toLoopback);
    const callback = callbackTo(`https://hooks.example.com:${receiver.port}/`);
    const { reason } = await deliver(callback, { http: rebound });
    expect(reason).toBe(`the host name resolves to a private or reserved network; ${HOW_TO_ALLOW}`);
    expect(receiver.connections).toBe(0);
    rebound.close();
  });

  it('sends nothing unsigned to users', async () => {
    expect(await deliver(callbackTo(receiver.url), { secrets: [] })).toMatchObject({
      status: null,
      reason: 'WEBHOOK_SECRETS is not set on the worker',
    });
    expect(receiver.connections).toBe(0);
  });

  it('sends to the operator URL, signed if possible', async () => {
    const guarded = new OutboundHttp(new UrlGuard());
    const callback: Callback = { ...callbackTo(''), target: { kind: 'operator' } };
    const changes = { http: guarded, operatorUrl: `${receiver.url}/ops?key=${PLANTED}` };
    expect(await deliver(callback, changes)).toMatchObject({ status: 200 });
    expect(await deliver(callback, { ...changes, secrets: [] })).toMatchObject({ status: 200 });
    expect(await deliver(callback, { http: guarded })).toMatchObject({ status: null });
    expect(receiver.requests.map(({ headers }) => Boolean(headers['webhook-signature']))).toEqual([
      true,
      false,
    ]);
    expect(logged.join('')).not.toContain(PLANTED);
    guarded.close();
  });

  it('reveals neither the response nor the URL query', async () => {
    for (const status of [200, 302, 410, 500]) {
      receiver.answer = (_, response) =>
        response.writeHead(status, { 'x-secret': PLANTED, 'retry-after': PLANTED }).end(PLANTED);
      const attempt = await deliver(callbackTo(`${receiver.url}/?${PLANTED}`));
      expect(JSON.stringify([attempt, logged])).not.toContain(PLANTED);
    }
    receiver.answer = (_, response) => response.socket!.end(`${PLANTED}\r\n\r\n`);
    const broken = await deliver(callbackTo(`${receiver.url}/?${PLANTED}`));
    expect(JSON.stringify([broken, logged])).not.toContain(PLANTED);
  });

  it('hands over when the worker shuts down', async () => {
    const attempt = new Attempt();
    receiver.answer = () => attempt.stop('WORKER_SHUTDOWN');
    const failure = await failureOf(attempt.run(activities().deliverCallback, callbackTo(receiver.url)));
    expect(failure.type).toBe(HANDED_OVER);
  });
});
