import { ERRORS } from '../../contract/errors.js';
import { counter, gauge, histogram } from './definition.js';

const HTTP_SECONDS = [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];

const QUEUES = ['orchestration', 'build', 'callbacks'] as const;

/** Metrics of the API. The numbers that come from Temporal are the same in every API server. */
export const API_METRICS = {
  jobsCreated: counter('download_jobs_created_total', 'Accepted downloads, without repeated requests', {
    format: ['zip', 'tar', 'tar.gz'],
    priority: ['standard', 'low'],
  }),
  queueDepth: gauge('download_queue_depth', 'Tasks that wait for a worker; the same in every API', {
    queue: QUEUES,
  }),
  queueAge: gauge(
    'download_queue_oldest_task_age_seconds',
    'Age of the oldest task that waits for a worker; the same in every API',
    { queue: QUEUES },
  ),
  jobsOpen: gauge('download_jobs_open', 'Downloads that have not ended; the same in every API', {
    status: ['queued', 'running', 'processing_artifacts'],
  }),
  deadLetters: gauge(
    'download_dead_letters',
    'Downloads that failed, timed out or were terminated within a day; the same in every API',
    {},
  ),
  workers: gauge(
    'download_workers',
    'Workers for workflows with a recent heartbeat; the same in every API',
    {},
  ),
  httpRequests: histogram(
    'http_request_duration_seconds',
    'Answered requests, without streams and archives; held ones waited because the client asked for it',
    {
      route: null,
      method: ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'other'],
      status_class: ['2xx', '3xx', '4xx', '5xx'],
      held: ['true', 'false'],
    },
    HTTP_SECONDS,
  ),
  problems: counter('api_problems_total', 'Problem documents sent', {
    code: Object.keys(ERRORS) as (keyof typeof ERRORS)[],
  }),
  rejected: counter('api_rejected_total', 'Requests refused because of a limit', {
    reason: ['user_rate', 'address', 'queued_jobs', 'streams', 'overload'],
  }),
  webSockets: gauge('websocket_connections_active', 'Open WebSockets', {}),
  eventStreams: gauge('sse_connections_active', 'Open streams of server-sent events', {}),
  statusReads: counter('status_reads_total', 'Statuses read, by where they came from', {
    source: ['cache', 'describe', 'query'],
    stale: ['true', 'false'],
  }),
} as const;
