import { describe, expect, it } from '@jest/globals';
import { PollWatch } from '../../../../src/temporal/telemetry/poll-watch.js';

interface Polls {
  ended: number;
  failed?: number;
  open?: number;
}

/** Writes metrics as Temporal's SDK does. It counts failures by status. */
function metricsOf({ ended, failed = 0, open = 1 }: Polls): string {
  const labels = 'namespace="default",operation="PollActivityTaskQueue",task_queue="q"';
  return [
    '# TYPE temporal_long_request_latency histogram',
    `temporal_long_request_latency_bucket{${labels},le="0.05"} 7`,
    `temporal_long_request_latency_count{${labels}} ${ended}`,
    `temporal_long_request_failure{${labels},status_code="UNAVAILABLE"} ${failed}`,
    `temporal_num_pollers{namespace="default",poller_type="activity_task",task_queue="q"} ${open}`,
    'temporal_num_pollers{namespace="default",poller_type="sticky_workflow_task",task_queue="q"} 2',
    'temporal_num_pollers{namespace="default",poller_type="workflow_task",task_queue="q"} 1',
    '',
  ].join('\n');
}

/** Looks once a minute at `looks`, and returns the ages after another minute. */
async function agesAfter(...looks: Polls[]) {
  let now = 0;
  let text = '';
  const watch = new PollWatch(
    async () => text,
    () => now,
  );
  for (const polls of looks) {
    text = metricsOf(polls);
    await watch.look();
    now += 60_000;
  }
  return watch.ages();
}

describe('PollWatch', () => {
  it('knows no age before the first look', async () => {
    expect((await agesAfter()).size).toBe(0);
  });

  it('names polls by kind and task queue', async () => {
    expect([...(await agesAfter({ ended: 1 })).keys()].toSorted()).toEqual(['activity q', 'workflow q']);
  });

  it('counts from the last look that saw an answer', async () => {
    const ages = await agesAfter({ ended: 1 }, { ended: 2 }, { ended: 2 });
    expect(ages.get('activity q')).toEqual({ succeededSeconds: 120, endedSeconds: 120 });
  });

  it('tells a refused poll from an answered one', async () => {
    const ages = await agesAfter({ ended: 1 }, { ended: 2, failed: 1 });
    expect(ages.get('activity q')).toEqual({ succeededSeconds: 120, endedSeconds: 60 });
  });

  it('expects no end of polls without a free slot', async () => {
    const ages = await agesAfter({ ended: 1 }, { ended: 1, open: 0 });
    expect(ages.get('activity q')).toEqual({ succeededSeconds: 120, endedSeconds: 60 });
  });
});
