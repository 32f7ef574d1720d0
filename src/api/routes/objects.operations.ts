import type { Operation } from '../openapi/operation.js';

export const OBJECT_OPERATIONS: Operation[] = [
  {
    id: 'getObject',
    method: 'get',
    path: '/v1/objects/:token',
    tag: 'Downloads',
    summary: 'The bytes behind a link of a job',
    description: 'The link is the permission. Honours Range and If-Range.',
    open: true,
    answers: {
      200: { description: 'The archive', mediaType: 'application/octet-stream' },
      206: { description: 'The part that was asked for', mediaType: 'application/octet-stream' },
    },
    errors: [
      'LINK_INVALID',
      'FILE_NOT_FOUND',
      'FILE_CHANGED',
      'RANGE_NOT_SATISFIABLE',
      'STORAGE_UNAVAILABLE',
    ],
  },
];
