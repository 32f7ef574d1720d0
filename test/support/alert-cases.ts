/** Series as promtool writes them: `3x10` stays at 3 for ten minutes more, `0+60x10` rises by 60 a minute. */
export type Series = Record<string, string>;

export interface AlertCase {
  alert: string;
  /** Severities that fire. */
  severities: readonly string[];
  /** Fires at `firesAt`, and no more at `endsAt`. */
  sick: Series;
  /** As near to the condition as it can be without being it. */
  edge: Series;
  firesAt: string;
  /** A moment at which the alert is not firing yet, because it waits. */
  waitsAt?: string;
  endsAt: string;
  /** Distance of samples; a minute by default. */
  step?: string;
  /** Distance of evaluations; `step` by default. */
  evaluatedEach?: string;
}

const HTTP = 'http_request_duration_seconds';
const STORE = 'object_store_request_duration_seconds_count';
const REPLAY = 'temporal_workflow_task_execution_failed{failure_reason="NonDeterminismError"}';

/** Requests a minute: 120 are 2/s, above the least that burn rates need. */
const answers = (failing: number, ok: number) =>
  counters({
    [`${HTTP}_count{held="false",status_class="5xx"}`]: failing,
    [`${HTTP}_count{held="false",status_class="2xx"}`]: ok,
  });

const quick = (late: number, all: number) => ({
  [`${HTTP}_bucket{held="false",route="/v1/download/initiate",le="0.5"}`]: halves(all - late, all),
  [`${HTTP}_count{held="false",route="/v1/download/initiate"}`]: halves(all, all),
});

const jobs = (ours: number, completed: number) => ({
  ...counters({ 'download_jobs_failed_total{fault="ours"}': ours, download_jobs_completed_total: completed }),
  download_jobs_cancelled_total: '0x2000',
  'download_jobs_failed_total{fault="theirs"}': '0x2000',
  [`${HTTP}_count{held="false",status_class="2xx"}`]: '0+600x2000',
});

const soon = (late: number, all: number) => ({
  'download_job_duration_seconds_bucket{outcome="completed",size="10MB",le="60"}': halves(all - late, all),
  'download_job_duration_seconds_count{outcome="completed",size="10MB"}': halves(all, all),
  [`${HTTP}_count{held="false",status_class="2xx"}`]: '0+600x2000',
});

/** Rises by `sick` a minute for two hours, and then by `healthy` a minute. */
function halves(sick: number, healthy: number): string {
  return `0+${sick}x120 ${sick * 120 + healthy}+${healthy}x1600`;
}

/** The first counter counts failures, which end after two hours. The other goes on. */
function counters(rates: Record<string, number>): Series {
  return Object.fromEntries(
    Object.entries(rates).map(([name, rate], index) => [name, halves(rate, index === 0 ? 0 : rate)]),
  );
}

const store = (outcome: string, failing: number, ok: number) => ({
  [`${STORE}{operation="PutObject",outcome="${outcome}"}`]: `0+${failing}x40 ${failing * 40}x60`,
  [`${STORE}{operation="PutObject",outcome="ok"}`]: `0+${ok}x100`,
});

/** The ticket burns in a window of 6 h, so it ends 6 h after the fault. Windows of days are costly to evaluate. */
const BURN = { firesAt: '2h', endsAt: '8h30m', evaluatedEach: '5m' };

/** For each alert: a fault, its edge, and its end; one for each cause. */
export const ALERT_CASES: readonly AlertCase[] = [
  // 14.4 x 0.1 % of 1,000 are 14.4. The edge also lies below 6 and 1 times, otherwise the other two would fire.
  {
    alert: 'LonghaulAnswersBurn',
    severities: ['page', 'page', 'ticket'],
    sick: answers(16, 984),
    edge: answers(1, 999),
    ...BURN,
  },
  {
    alert: 'LonghaulQuickBurn',
    severities: ['page', 'page', 'ticket'],
    sick: quick(150, 1000),
    edge: quick(10, 1000),
    ...BURN,
  },
  {
    alert: 'LonghaulJobsBurn',
    severities: ['page', 'page', 'ticket'],
    sick: jobs(80, 920),
    edge: jobs(5, 995),
    ...BURN,
  },
  {
    alert: 'LonghaulSoonBurn',
    severities: ['page', 'page', 'ticket'],
    sick: soon(800, 1000),
    edge: soon(50, 1000),
    ...BURN,
  },
  {
    alert: 'LonghaulProbeFails',
    severities: ['page'],
    sick: { 'longhaul_probe_success{step="archive"}': '1x5 0x20 1x20' },
    edge: { 'longhaul_probe_success{step="archive"}': '1x5 0x1 1x40' },
    waitsAt: '7m',
    firesAt: '8m',
    endsAt: '30m',
  },
  {
    alert: 'LonghaulProbeFails',
    severities: ['page'],
    sick: { 'longhaul_probe_success{step="archive"}': '1x5 stale _x20 1x20' },
    edge: { 'longhaul_probe_success{step="archive"}': '1x5 stale 1x40' },
    waitsAt: '7m',
    firesAt: '8m',
    endsAt: '30m',
  },
  {
    alert: 'LonghaulTemporalAway',
    severities: ['page'],
    sick: temporalCalls({ unavailable: 3, late: 3, ok: 94 }),
    edge: temporalCalls({ unavailable: 3, late: 2, lateQueries: 50, ok: 95 }),
    waitsAt: '2m',
    firesAt: '20m',
    endsAt: '60m',
  },
  {
    alert: 'LonghaulStatusStale',
    severities: ['ticket'],
    sick: statusReads(20, 80),
    edge: statusReads(10, 90),
    waitsAt: '9m',
    firesAt: '20m',
    endsAt: '60m',
  },
  {
    alert: 'LonghaulStreamsNearLimit',
    severities: ['ticket'],
    sick: { websocket_connections_active: '5000x20 100x20', sse_connections_active: '3001x40' },
    edge: { websocket_connections_active: '5000x40', sse_connections_active: '3000x40' },
    waitsAt: '4m',
    firesAt: '6m',
    endsAt: '25m',
  },
  {
    alert: 'LonghaulProcessFlaps',
    severities: ['ticket'],
    sick: { process_start_time_seconds: '100x2 200x2 300x2 400x2 500x60' },
    edge: { process_start_time_seconds: '100x2 200x2 300x2 400x60' },
    waitsAt: '8m',
    firesAt: '13m',
    endsAt: '40m',
  },
  {
    alert: 'LonghaulTargetGone',
    severities: ['ticket'],
    sick: { ...deployed(), 'up{job="worker",instance="b"}': '1x5 0x20 1x20' },
    edge: { ...deployed(), 'up{job="worker",instance="b"}': '1x5 0x2 1x40' },
    waitsAt: '8m',
    firesAt: '10m',
    endsAt: '30m',
  },
  {
    alert: 'LonghaulQueueStuck',
    severities: ['page'],
    sick: { 'download_queue_oldest_task_age_seconds{queue="build"}': '301x20 0x20' },
    edge: { 'download_queue_oldest_task_age_seconds{queue="build"}': '300x40' },
    waitsAt: '4m',
    firesAt: '6m',
    endsAt: '25m',
  },
  {
    alert: 'LonghaulNoWorkers',
    severities: ['page'],
    sick: { 'download_workers{instance="a"}': '0x20 1x20', 'download_workers{instance="b"}': '0x20 1x20' },
    // One API that knows a worker is enough.
    edge: { 'download_workers{instance="a"}': '1x40', 'download_workers{instance="b"}': '0x40' },
    waitsAt: '1m',
    firesAt: '3m',
    endsAt: '25m',
  },
  {
    alert: 'LonghaulNoBuilders',
    severities: ['page'],
    sick: {
      'download_build_slots{instance="orchestration"}': '0x60',
      'download_build_slots{instance="build"}': '5x5 _x20 5x34',
    },
    edge: {
      'download_build_slots{instance="orchestration"}': '0x60',
      'download_build_slots{instance="build"}': '1x60',
    },
    waitsAt: '13m',
    firesAt: '20m',
    endsAt: '30m',
  },
  {
    alert: 'LonghaulReplayBroken',
    severities: ['page'],
    sick: { [REPLAY]: '_x20 1x60' },
    edge: {
      [REPLAY]: '1x60',
      'temporal_workflow_task_execution_failed{failure_reason="WorkflowError"}': '0+1x60',
    },
    firesAt: '23m',
    endsAt: '40m',
  },
  {
    alert: 'LonghaulBuildsSaturated',
    severities: ['ticket'],
    sick: { download_builds_active: '10x60 2x20', download_build_slots: '10x80', ...waitingBuilds(1) },
    edge: { download_builds_active: '10x80', download_build_slots: '10x80', ...waitingBuilds(0) },
    waitsAt: '29m',
    firesAt: '31m',
    endsAt: '70m',
  },
  {
    alert: 'LonghaulDeadLetters',
    severities: ['ticket'],
    sick: { download_dead_letters: '10x60 21x120' },
    edge: { download_dead_letters: '10x60 20x120' },
    firesAt: '70m',
    endsAt: '150m',
  },
  {
    alert: 'LonghaulCallbacksFail',
    severities: ['ticket'],
    sick: deliveries(2, 98),
    edge: deliveries(1, 99),
    step: '10m',
    firesAt: '20h',
    endsAt: '45h',
  },
  {
    alert: 'LonghaulStoreThrottles',
    severities: ['ticket'],
    sick: store('throttled', 6, 94),
    edge: store('throttled', 5, 95),
    waitsAt: '9m',
    firesAt: '20m',
    endsAt: '60m',
  },
  {
    alert: 'LonghaulStoreFails',
    severities: ['page'],
    sick: store('late', 3, 97),
    edge: store('error', 2, 98),
    waitsAt: '9m',
    firesAt: '20m',
    endsAt: '60m',
  },
  {
    alert: 'LonghaulSweepMissed',
    severities: ['ticket'],
    // The clock of promtool starts at 0.
    sick: { sweep_last_success_timestamp_seconds: '0x219 132000x20' },
    edge: { sweep_last_success_timestamp_seconds: '3600x219 _x20' },
    step: '10m',
    firesAt: '36h10m',
    endsAt: '37h',
  },
  {
    // No sweep is known. The edge begins 20 minutes later.
    alert: 'LonghaulSweepMissed',
    severities: ['ticket'],
    sick: { sweep_last_success_timestamp_seconds: `${unknown(220)} 132000x20` },
    edge: { sweep_last_success_timestamp_seconds: `_x2 ${unknown(218)} 132000x20` },
    step: '10m',
    firesAt: '36h10m',
    endsAt: '37h',
  },
];

/** Calls a minute. Those that fail end after 40 minutes. */
function temporalCalls({ unavailable = 0, late = 0, lateQueries = 0, ok = 0 }): Series {
  const calls = 'temporal_call_duration_seconds_count';
  const ending = (rate: number) => `0+${rate}x40 ${rate * 40}x60`;
  return {
    [`${calls}{operation="StartWorkflowExecution",outcome="unavailable"}`]: ending(unavailable),
    [`${calls}{operation="DescribeTaskQueue",outcome="late"}`]: ending(late),
    [`${calls}{operation="QueryWorkflow",outcome="late"}`]: ending(lateQueries),
    [`${calls}{operation="StartWorkflowExecution",outcome="ok"}`]: `0+${ok}x100`,
  };
}

function unknown(samples: number): string {
  return 'NaN '.repeat(samples).trimEnd();
}

function statusReads(stale: number, fresh: number): Series {
  return {
    'status_reads_total{stale="true"}': `0+${stale}x40 ${stale * 40}x60`,
    'status_reads_total{stale="false"}': `0+${fresh}x100`,
  };
}

function waitingBuilds(count: number): Series {
  return { 'download_queue_depth{queue="build"}': `${count}x80` };
}

function deliveries(givenUp: number, acknowledged: number): Series {
  return {
    ...counters({
      'webhook_deliveries_total{outcome="given_up"}': givenUp,
      'webhook_deliveries_total{outcome="acknowledged"}': acknowledged,
    }),
    'webhook_deliveries_total{outcome="refused"}': '0+50x1700',
  };
}

/** The processes of deployed.yml, without the second worker. */
function deployed(): Series {
  const targets = ['api,a', 'api,b', 'worker,a', 'temporal-sdk,a', 'temporal-sdk,b', 'temporal,a'];
  return Object.fromEntries(
    targets.map((target) => {
      const [job, instance] = target.split(',');
      return [`up{job="${job}",instance="${instance}"}`, '1x60'];
    }),
  );
}
