import { defineQuery } from '@temporalio/workflow';
import { FILES_QUERY, STATUS_QUERY } from '../contract/names.js';
import type { FileOutcome, JobSnapshot } from '../contract/types.js';

/** The truth about a job, byte progress within the build excepted. */
export const statusQuery = defineQuery<JobSnapshot>(STATUS_QUERY);

/** What is known of `limit` files from position `offset` on, in the order of the request. */
export const filesQuery = defineQuery<FileOutcome[], [offset: number, limit: number]>(FILES_QUERY);
