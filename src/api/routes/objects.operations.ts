import { archiveContentType } from '../../contract/media-types.js';
import type { Operation } from '../openapi/operation.js';

const ARCHIVE_TYPES = (['zip', 'tar', 'tar.gz'] as const).map(archiveContentType);

export const OBJECT_OPERATIONS: Operation[] = [
  {
    id: 'getObject',
    method: 'get',
    path: '/v1/objects/:token',
    tag: 'Downloads',
    summary: 'Downloads the file of a signed link',
    description: 'The link itself grants access. Supports Range, If-Range, If-Match and If-Unmodified-Since.',
    open: true,
    answers: {
      200: { description: 'The archive', mediaTypes: ARCHIVE_TYPES },
      206: { description: 'The requested range', mediaTypes: ARCHIVE_TYPES },
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
