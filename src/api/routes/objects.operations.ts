import { archiveContentType } from '../../contract/media-types.js';
import type { Operation } from '../openapi/operation.js';

const ARCHIVE_TYPES = (['zip', 'tar', 'tar.gz'] as const).map(archiveContentType);

export const OBJECT_OPERATIONS: Operation[] = [
  {
    id: 'getObject',
    method: 'get',
    path: '/v1/objects/:token',
    tag: 'Downloads',
    summary: 'The bytes behind a link of a job',
    description: 'The link is the permission. Honours Range, If-Range, If-Match and If-Unmodified-Since.',
    open: true,
    answers: {
      200: { description: 'The archive', mediaTypes: ARCHIVE_TYPES },
      206: { description: 'The part that was asked for', mediaTypes: ARCHIVE_TYPES },
    },
    errors: [
      'LINK_INVALID',
      'LINK_EXPIRED',
      'ROUTE_NOT_FOUND',
      'FILE_FORBIDDEN',
      'FILE_NOT_FOUND',
      'PRECONDITION_FAILED',
      'RANGE_NOT_SATISFIABLE',
      'STORAGE_UNAVAILABLE',
    ],
  },
];
