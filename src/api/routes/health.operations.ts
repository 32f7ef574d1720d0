import { healthReportSchema } from '../../contract/http/answers.js';
import type { Answer, Operation } from '../openapi/operation.js';

const COMMON = { method: 'get', tag: 'Service', open: true } as const;

const healthy = (checks: Record<string, string>): Answer => ({
  description: 'All is well',
  schema: healthReportSchema,
  example: { status: 'healthy', checks },
});

const unhealthy: Answer = {
  description: 'A check fails',
  schema: healthReportSchema,
  example: { status: 'unhealthy', checks: { storage: 'ok', temporal: 'does not answer' } },
};

export const HEALTH_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'getLiveness',
    path: '/livez',
    summary: 'Whether the process runs',
    answers: { 200: healthy({}) },
  },
  {
    ...COMMON,
    id: 'getReadiness',
    path: '/readyz',
    summary: 'Whether this server can do its work',
    answers: { 200: healthy({ storage: 'ok', temporal: 'ok', server: 'ok' }), 503: unhealthy },
  },
  {
    ...COMMON,
    id: 'getHealth',
    path: '/health',
    summary: 'Whether jobs can be done, workers included',
    answers: { 200: healthy({ storage: 'ok', temporal: 'ok', worker: 'ok' }), 503: unhealthy },
  },
];
