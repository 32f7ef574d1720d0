/**
 * Rows of the dashboard. A panel has a title, a unit of Grafana, and queries by legend. `about` explains it.
 *
 * @typedef {{ title: string, unit?: string, kind?: 'stat' | 'heatmap' | 'timeseries', about?: string,
 *   queries: Record<string, string> }} Panel
 */

const RATE = '[$__rate_interval]';

/** The quantile of a histogram, by more labels. */
const quantile = (q, metric, by = '', where = '') =>
  `histogram_quantile(${q}, sum by (le${by && `, ${by}`}) (rate(${metric}_bucket${where}${RATE})))`;

const rate = (metric, by = '') => `sum${by && ` by (${by})`} (rate(${metric}${RATE}))`;

/** The share of the budget of 30 days that is left. */
const budget = (name, share) =>
  `1 - avg_over_time(longhaul:${name}:error_ratio{window="6h"}[30d]) / ${share}`;

/** @type {Record<string, Panel[]>} */
export const ROWS = {
  'Does it work': [
    { title: 'Probe', kind: 'stat', queries: { '{{step}}': 'min by (step) (longhaul_probe_success)' } },
    {
      title: 'Budgets left',
      kind: 'stat',
      unit: 'percentunit',
      about:
        'Of 30 days, or of as many as Prometheus keeps. Each hour counts alike, however many requests it had.',
      queries: {
        answers: budget('answers', 0.001),
        quick: budget('quick', 0.01),
        jobs: budget('jobs', 0.005),
        soon: budget('soon', 0.05),
      },
    },
    {
      title: 'Workers',
      kind: 'stat',
      queries: {
        workflows: 'max(download_workers)',
        builds: 'count(download_build_slots > 0) or vector(0)',
      },
    },
    { title: 'Dead letters', kind: 'stat', queries: { 'of a day': 'max(download_dead_letters)' } },
    {
      title: 'Downloads in and out',
      unit: 'reqps',
      queries: {
        created: rate('download_jobs_created_total'),
        completed: rate('download_jobs_completed_total'),
        failed: rate('download_jobs_failed_total'),
        canceled: rate('download_jobs_cancelled_total'),
      },
    },
    {
      title: 'Oldest waiting task',
      unit: 's',
      queries: { '{{queue}}': 'max by (queue) (download_queue_oldest_task_age_seconds)' },
    },
  ],
  API: [
    {
      title: 'Requests',
      unit: 'reqps',
      queries: { '{{route}}': rate('http_request_duration_seconds_count', 'route') },
    },
    {
      title: 'Answers by class',
      unit: 'reqps',
      queries: { '{{status_class}}': rate('http_request_duration_seconds_count', 'status_class') },
    },
    {
      title: 'p50 by route',
      unit: 's',
      queries: { '{{route}}': quantile(0.5, 'http_request_duration_seconds', 'route', '{held="false"}') },
    },
    {
      title: 'p99 by route',
      unit: 's',
      queries: { '{{route}}': quantile(0.99, 'http_request_duration_seconds', 'route', '{held="false"}') },
    },
    {
      title: 'Problems',
      unit: 'reqps',
      queries: { '{{code}}': `${rate('api_problems_total', 'code')} > 0` },
    },
    { title: 'Refusals', unit: 'reqps', queries: { '{{reason}}': rate('api_rejected_total', 'reason') } },
    {
      title: 'Open streams',
      queries: {
        WebSockets: 'sum(websocket_connections_active)',
        'event streams': 'sum(sse_connections_active)',
      },
    },
    {
      title: 'Status reads',
      unit: 'reqps',
      queries: { '{{source}}, stale {{stale}}': rate('status_reads_total', 'source, stale') },
    },
  ],
  Jobs: [
    ...['10MB', '100MB', '1GB', '10GB', 'more'].map((size) => ({
      title: `Duration, ${size}`,
      kind: 'heatmap',
      unit: 's',
      queries: {
        '{{le}}': `sum by (le) (increase(download_job_duration_seconds_bucket{size="${size}"}${RATE}))`,
      },
    })),
    {
      title: 'Failures',
      unit: 'reqps',
      queries: { '{{code}} ({{fault}})': `${rate('download_jobs_failed_total', 'code, fault')} > 0` },
    },
    {
      title: 'Wait for a slot',
      unit: 's',
      queries: {
        p50: quantile(0.5, 'download_job_wait_seconds'),
        p99: quantile(0.99, 'download_job_wait_seconds'),
      },
    },
    { title: 'Open', queries: { '{{status}}': 'max by (status) (download_jobs_open)' } },
  ],
  Builds: [
    {
      title: 'Slots',
      queries: { used: 'sum(download_builds_active)', all: 'sum(download_build_slots)' },
    },
    {
      title: 'Throughput of a build',
      unit: 'Bps',
      queries: { '{{format}}': quantile(0.5, 'download_build_bytes_per_second', 'format') },
    },
    {
      title: 'Bytes in and out',
      unit: 'Bps',
      queries: {
        'in, {{kind}}': rate('download_source_bytes_total', 'kind'),
        'out, {{format}}': rate('download_archive_bytes_total', 'format'),
      },
    },
    { title: 'Files', unit: 'reqps', queries: { '{{outcome}}': rate('download_files_total', 'outcome') } },
    {
      title: 'Attempts that did not succeed',
      unit: 'reqps',
      queries: {
        '{{activity}}, {{outcome}}': `sum by (activity, outcome) (rate(download_activity_attempts_total{outcome!="ok"}${RATE}))`,
      },
    },
    {
      title: 'Processor',
      unit: 'percentunit',
      queries: { '{{job}} {{instance}}': `rate(process_cpu_seconds_total${RATE})` },
    },
    { title: 'Memory', unit: 'bytes', queries: { '{{job}} {{instance}}': 'process_resident_memory_bytes' } },
    {
      title: 'Event loop lag, p99',
      unit: 's',
      queries: { '{{job}} {{instance}}': 'nodejs_eventloop_lag_p99_seconds' },
    },
  ],
  Temporal: [
    { title: 'Waiting tasks', queries: { '{{queue}}': 'max by (queue) (download_queue_depth)' } },
    {
      title: 'Schedule to start, p99',
      unit: 's',
      queries: {
        'workflow tasks': quantile(0.99, 'temporal_workflow_task_schedule_to_start_latency'),
        activities: quantile(0.99, 'temporal_activity_schedule_to_start_latency'),
      },
    },
    {
      title: 'Free slots',
      queries: { '{{worker_type}}': 'sum by (worker_type) (temporal_worker_task_slots_available)' },
    },
    { title: 'Sticky cache', queries: { '{{instance}}': 'sum by (instance) (temporal_sticky_cache_size)' } },
    {
      title: 'Calls, p99',
      unit: 's',
      queries: { '{{operation}}': quantile(0.99, 'temporal_call_duration_seconds', 'operation') },
    },
    {
      title: 'Calls by outcome',
      unit: 'reqps',
      queries: { '{{outcome}}': rate('temporal_call_duration_seconds_count', 'outcome') },
    },
    {
      title: 'Failed workflow tasks',
      unit: 'reqps',
      queries: { '{{failure_reason}}': rate('temporal_workflow_task_execution_failed', 'failure_reason') },
    },
    {
      title: 'Server: persistence, p99',
      unit: 's',
      queries: { '{{operation}}': quantile(0.99, 'persistence_latency', 'operation') },
    },
    {
      title: 'Server: errors',
      unit: 'reqps',
      queries: { '{{error_type}}': rate('service_error_with_type', 'error_type') },
    },
  ],
  Store: [
    {
      title: 'Requests by outcome',
      unit: 'reqps',
      queries: { '{{outcome}}': rate('object_store_request_duration_seconds_count', 'outcome') },
    },
    {
      title: 'Requests, p99',
      unit: 's',
      queries: { '{{operation}}': quantile(0.99, 'object_store_request_duration_seconds', 'operation') },
    },
    {
      title: 'Last sweep',
      kind: 'stat',
      unit: 's',
      queries: { ago: 'time() - max(sweep_last_success_timestamp_seconds)' },
    },
    {
      title: 'Bytes swept',
      kind: 'stat',
      unit: 'bytes',
      queries: { 'in a week': 'sum(increase(sweep_deleted_bytes_total[7d]))' },
    },
  ],
  Callbacks: [
    {
      title: 'Deliveries',
      unit: 'reqps',
      queries: { '{{kind}}, {{outcome}}': rate('webhook_deliveries_total', 'kind, outcome') },
    },
    {
      title: 'Requests to other servers, p99',
      unit: 's',
      queries: { '{{purpose}}': quantile(0.99, 'outbound_request_duration_seconds', 'purpose') },
    },
  ],
  Versions: [
    {
      title: 'Processes by version',
      queries: {
        '{{job}} {{version}} {{workflow_bundle}}':
          'count by (job, version, workflow_bundle) (longhaul_build_info)',
      },
    },
  ],
};
