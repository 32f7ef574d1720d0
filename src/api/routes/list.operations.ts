import { jobsPageSchema } from '../../contract/http/answers.js';
import { downloadsQuerySchema } from '../../contract/http/schemas.js';
import { JOBS } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_SIGNED } from '../openapi/shared-errors.js';
import { JOB_LINKS } from './downloads.operations.js';

/** The description of a list of jobs. @param cursor the name of the field with the next cursor. */
export function listDescription(cursor: string): string {
  return `Running jobs first, newest first; then ended jobs, last ended first. A page may hold fewer jobs than \`limit\` although more follow: check \`${cursor}\`.`;
}

export const LIST_OPERATIONS: Operation[] = [
  {
    id: 'listDownloads',
    method: 'get',
    path: '/v1/downloads',
    tag: 'Downloads',
    live: true,
    summary: "Lists the caller's jobs",
    description: listDescription('nextCursor'),
    query: downloadsQuerySchema,
    answers: {
      200: {
        description: 'A page of jobs',
        schema: jobsPageSchema,
        example: JOBS,
        links: { from: 'jobs/0/jobId', to: JOB_LINKS },
      },
    },
    errors: NOT_SIGNED,
  },
];
