import { meSchema } from '../../contract/http/me-schemas.js';
import type { Operation } from '../openapi/operation.js';

export const ME_OPERATIONS: Operation[] = [
  {
    id: 'getMe',
    method: 'get',
    path: '/v1/me',
    tag: 'Service',
    summary: 'Shows the user of the request, and the limits that apply',
    answers: {
      200: {
        description: 'The user and the limits',
        schema: meSchema,
        example: {
          userId: 'ada',
          limits: { filesPerJob: 10_000, bytesPerJob: 107_374_182_400, running: 3, queued: 100 },
          ttlMs: 86_400_000,
          listing: true,
          version: '0.1.0',
          operator: null,
        },
      },
    },
  },
];
