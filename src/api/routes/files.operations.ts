import { fileListPageSchema } from '../../contract/http/answers.js';
import { fileListQuerySchema } from '../../contract/http/schemas.js';
import { FILE_LIST } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';

export const FILE_OPERATIONS: Operation[] = [
  {
    id: 'listFiles',
    method: 'get',
    path: '/v1/files',
    tag: 'Files',
    summary: 'Lists the files that can be downloaded',
    description:
      'Responds 404 ROUTE_NOT_FOUND if the list is disabled, or if the files are in an external source.',
    query: fileListQuerySchema,
    answers: { 200: { description: 'A page of files', schema: fileListPageSchema, example: FILE_LIST } },
    errors: ['ROUTE_NOT_FOUND', 'STORAGE_UNAVAILABLE'],
  },
];
