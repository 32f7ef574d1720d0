import { describe, expect, it } from '@jest/globals';
import {
  errorInSnakeCase,
  fromSnakeCase,
  statusInSnakeCase,
} from '../../../../../src/api/routes/shared/snake-case.js';
import { ValidationError } from '../../../../../src/api/http/validate.js';
import { initiateSchema } from '../../../../../src/contract/http/schemas.js';
import type { LinkedStatus } from '../../../../../src/contract/http/answers.js';
import { jobRequestSchema, watchedJobSchema } from '../../../../../src/contract/http/snake-case-schemas.js';
import { queuedSnapshot } from '../../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../../src/contract/snapshot.js';
import { downloadStatus } from '../../../../../src/jobs/status/download-status.js';
import { aJob } from '../../../../support/jobs.js';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function linked(changes: Partial<JobSnapshot>): LinkedStatus {
  const snapshot = { ...queuedSnapshot(aJob()), ...changes };
  const status = downloadStatus(
    { jobId: 'j', runId: 'r', snapshot, live: null, stale: false },
    Date.now(),
    0,
  );
  return { ...status, downloadUrl: null, streamUrl: null, eventsUrl: null };
}

describe('the snake_case dialect', () => {
  it('renames every field of initiate', () => {
    const fields = Object.keys(initiateSchema(1).shape).filter((name) => !name.includes('_'));
    const body = Object.fromEntries(fields.map((name) => [snake(name), 1]));
    expect(Object.keys(fromSnakeCase(body) as object).toSorted()).toEqual(fields.toSorted());
  });

  it('documents every field that it accepts', () => {
    const fields = Object.keys(initiateSchema(1).shape).filter((name) => !name.includes('_'));
    expect(Object.keys(jobRequestSchema(1).shape)).toEqual(fields.map(snake));
    const body = { files: [{ file_id: 70_000, name: 'a' }], on_file_error: 'skip', client_request_id: 'x' };
    expect(jobRequestSchema(1).safeParse(body).success).toBe(true);
    expect(initiateSchema(1).safeParse(fromSnakeCase(body)).success).toBe(true);
  });

  it('renames fields of files but not labels', () => {
    const body = { files: [{ file_id: 70_000 }, 7, null], labels: { file_id: 'x' }, archive: { name: 'x' } };
    expect(fromSnakeCase(body)).toEqual({ ...body, files: [{ fileId: 70_000 }, 7, null] });
  });

  it('renders labels as the client named them', () => {
    const answer = statusInSnakeCase(linked({ labels: { albumName: 'a', album_name: 'b' } }));
    expect(answer.labels).toEqual({ albumName: 'a', album_name: 'b' });
    expect(watchedJobSchema.parse({ ...answer, job_id: crypto.randomUUID() })).toMatchObject({
      labels: answer.labels,
    });
  });

  it.each([
    ['queued', 'queued'],
    ['running', 'processing'],
    ['processing_artifacts', 'processing'],
    ['cancelled', 'cancelled'],
  ] as const)('says %s as %s', (phase, status) => {
    expect(statusInSnakeCase(linked({ status: phase }))).toMatchObject({ status, phase, error: null });
  });

  it('renders an error as text with plain fields', () => {
    const cause = { code: 'FILE_NOT_FOUND', message: 'Gone.' } as const;
    const error = { ...cause, retryAfterMs: null, supportId: 's', fileIds: [70_001] };
    expect(statusInSnakeCase(linked({ status: 'failed', phase: 'ended', error }))).toMatchObject({
      status: 'failed',
      error: 'Gone.',
      error_code: 'FILE_NOT_FOUND',
      retry_after_ms: null,
      support_id: 's',
      error_file_ids: [70_001],
    });
  });

  it.each([null, 7, 'text', [1]])('keeps %j, which is not an object', (body) => {
    expect(fromSnakeCase(body)).toEqual(body);
  });

  it('keeps both spellings of a field', () => {
    expect(fromSnakeCase({ file_ids: [1], fileIds: [2] })).toEqual({ file_ids: [1], fileIds: [2] });
  });

  it('keeps names of the object prototype', () => {
    expect(fromSnakeCase({ constructor: 1, toString: 2 })).toEqual({ constructor: 1, toString: 2 });
  });

  it('renames only the paths of validation errors', () => {
    const rename = (path: string, message: string) =>
      errorInSnakeCase(new ValidationError([{ path, message }]));
    expect(rename('fileIds', 'is required')).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'file_ids is required.',
      errors: [{ path: 'file_ids', message: 'is required' }],
    });
    expect(rename('files.0.fileId', 'is fileId')).toMatchObject({
      message: 'files.0.file_id is fileId.',
      errors: [{ path: 'files.0.file_id', message: 'is fileId' }],
    });
    expect(rename('labels.fileId', 'is bad')).toMatchObject({ errors: [{ path: 'labels.fileId' }] });
    const other = new Error('fileIds');
    expect(errorInSnakeCase(other)).toBe(other);
  });

  it('names no other field in any message', () => {
    const messages = [
      { fileIds: [1], fileId: 1 },
      { callbackUrl: 'x', callback_url: 'x', fileId: 70_000 },
    ]
      .flatMap((body) => initiateSchema(1).safeParse(body).error?.issues ?? [])
      .map(({ message }) => message)
      .join(' ');
    expect(messages).not.toBe('');
    for (const field of Object.keys(initiateSchema(1).shape)) {
      if (/[A-Z_]/.test(field)) expect(messages).not.toContain(field);
    }
  });
});
