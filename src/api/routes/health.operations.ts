import { healthReportSchema } from '../../contract/http/answers.js';
import type { Answer, Operation } from '../openapi/operation.js';

const COMMON = { method: 'get', tag: 'Service', open: true, unlimited: true } as const;

const healthy = (checks: Record<string, string>): Answer => ({
  description: 'Healthy',
  schema: healthReportSchema,
  example: { status: 'healthy', checks },
});

const unhealthy: Answer = {
  description: 'At least one check fails',
  schema: healthReportSchema,
  example: { status: 'unhealthy', checks: { storage: 'ok', temporal: 'timed out' } },
};

export const HEALTH_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'getLiveness',
    path: '/livez',
    summary: 'Checks that the process runs',
    answers: { 200: healthy({}) },
  },
  {
    ...COMMON,
    id: 'getReadiness',
    path: '/readyz',
    summary: 'Checks that this server can serve requests',
    answers: { 200: healthy({ storage: 'ok', temporal: 'ok', server: 'ok' }), 503: unhealthy },
  },
  {
    ...COMMON,
    id: 'getHealth',
    path: '/health',
    summary: 'Checks that jobs can run, workers included',
    answers: { 200: healthy({ storage: 'ok', temporal: 'ok', worker: 'ok' }), 503: unhealthy },
  },
];
