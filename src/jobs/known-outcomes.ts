import type { FileOutcome } from '../contract/files.js';
import type { FilesPage } from '../contract/http/answers.js';
import { encodeFilesCursor, invalidCursor } from './cursors.js';
import type { Jobs } from './jobs.js';
import type { OutcomesQuery } from './outcomes-page.js';

/** Files of one query of a workflow, at most 200 bytes each: Temporal refuses an answer above 2 MB. */
const FILES_PER_QUERY = 5_000;

/** Files that one page of few states looks at. */
const MAX_FILES = 10_000;

/**
 * Reads a page of the outcomes of the files of a job without archive. The cursor is a position in the job's files.
 * @param total number of files of the job.
 * @throws LonghaulError INVALID_REQUEST for a cursor into the record of an earlier run; those of `Jobs.files`.
 */
export async function knownOutcomes(
  jobs: Pick<Jobs, 'files'>,
  jobId: string,
  total: number,
  { cursor, limit, states }: OutcomesQuery,
): Promise<FilesPage> {
  if ('byte' in cursor) throw invalidCursor();
  let { line } = cursor;
  const end = Math.min(total, line + (states ? MAX_FILES : limit));
  const files: FileOutcome[] = [];
  const pageUntil = (next: number) => ({ files, nextCursor: encodeFilesCursor({ line: next }) });
  while (line < end) {
    const outcomes = await jobs.files(jobId, line, Math.min(FILES_PER_QUERY, end - line));
    if (outcomes.length === 0) break;
    for (const [i, outcome] of outcomes.entries()) {
      if (states && !states.includes(outcome.state)) continue;
      if (files.length === limit) return pageUntil(line + i);
      files.push(outcome);
    }
    line += outcomes.length;
  }
  return end < total && line >= end ? pageUntil(end) : { files, nextCursor: null };
}
