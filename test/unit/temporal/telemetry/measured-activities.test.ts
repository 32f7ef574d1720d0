import { describe, expect, it } from '@jest/globals';
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { HANDED_OVER } from '../../../../src/contract/activities.js';
import { Metrics } from '../../../../src/telemetry/metrics/metrics.js';
import { WORKER_METRICS } from '../../../../src/telemetry/metrics/worker-metrics.js';
import { measuredActivities } from '../../../../src/temporal/telemetry/measured-activities.js';
import { MetricsText } from '../../../support/metrics-text.js';

const MAX_ATTEMPTS = 4;

/** Runs one attempt of an activity and returns the metrics after it. */
async function after(
  activityType: string,
  run: () => Promise<unknown>,
  { attempt = 1, input = {} }: { attempt?: number; input?: object } = {},
): Promise<MetricsText> {
  const metrics = new Metrics();
  const factory = measuredActivities(metrics.register(WORKER_METRICS));
  const info = { activityType, attempt, retryPolicy: { maximumAttempts: MAX_ATTEMPTS } };
  const { inbound } = factory({ info } as unknown as Context);
  await inbound!.execute!({ args: [input], headers: {} }, run).catch(() => {});
  return new MetricsText(await metrics.text());
}

function fails(failure: Error): () => Promise<never> {
  return async () => {
    throw failure;
  };
}

describe('measuredActivities', () => {
  const temporary = ApplicationFailure.create({ type: 'STORAGE_UNAVAILABLE', message: 'away' });
  const permanent = ApplicationFailure.create({ type: 'FILE_CHANGED', message: 'x', nonRetryable: true });
  const handOver = ApplicationFailure.create({ type: HANDED_OVER, message: 'x', nonRetryable: true });

  it.each([
    ['ok', async () => ({}), 1],
    ['retried', fails(temporary), 1],
    ['failed', fails(temporary), MAX_ATTEMPTS],
    ['failed', fails(permanent), 1],
    ['handed_over', fails(handOver), 1],
    ['cancelled', fails(new CancelledFailure('stop')), 1],
  ])('counts an attempt as %s', async (outcome, run, attempt) => {
    const text = await after('publishArchive', run, { attempt });
    expect(text.sum('download_activity_attempts_total')).toBe(1);
    expect(text.sum('download_activity_attempts_total', { activity: 'publishArchive', outcome })).toBe(1);
  });

  it('counts the files at fault', async () => {
    const failure = ApplicationFailure.create({
      type: 'FILE_NOT_FOUND',
      message: 'x',
      nonRetryable: true,
      details: [{ fileIds: [70_000, 70_001] }],
    });
    const text = await after('buildArchive', fails(failure), { input: { archive: { format: 'zip' } } });
    expect(text.sum('download_files_total', { outcome: 'failed' })).toBe(2);
    expect(text.sum('download_builds_active')).toBe(0);
  });

  it('counts a delivery that was not acknowledged', async () => {
    const input = { target: { kind: 'operator' } };
    const text = await after('deliverCallback', async () => ({ status: 500 }), { input });
    expect(text.sum('webhook_deliveries_total', { kind: 'operator', outcome: 'refused' })).toBe(1);
  });

  it('counts an unknown activity as other', async () => {
    const text = await after('fromTheFuture', async () => ({}));
    expect(text.sum('download_activity_attempts_total', { activity: 'other' })).toBe(1);
  });
});
