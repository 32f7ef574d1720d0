import { describe, expect, it } from '@jest/globals';
import { newJob } from '../../../src/jobs/new-job.js';
import { validate } from '../../../src/api/http/validate.js';
import { initiateSchema } from '../../../src/contract/http/schemas.js';
import { aJob } from '../../support/jobs.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

function make(body: unknown, userId = 'ada') {
  return newJob(validate(initiateSchema(100), body), userId, aJob().policy, NOW);
}

describe('newJob', () => {
  it('makes an id that sorts by time', () => {
    expect(make({ fileId: 70_000 }).job.jobId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('derives the id from user and key', () => {
    const body = { fileId: 70_000, clientRequestId: 'r-1' };
    expect(make(body).job.jobId).toBe(make(body).job.jobId);
    expect(make(body).job.jobId).not.toBe(make({ ...body, clientRequestId: 'r-2' }).job.jobId);
    expect(make(body).job.jobId).not.toBe(make(body, 'grace').job.jobId);
  });

  it('makes one fingerprint for each distinct request', () => {
    const key = { clientRequestId: 'r-1' };
    const print = (body: object) => make({ ...body, ...key }).job.fingerprint;
    expect(print({ fileIds: [70_000] })).toBe(print({ file_id: 70_000, archive: { format: 'zip' } }));
    expect(print({ fileId: 70_000, labels: { a: '1', b: '2' } })).toBe(
      print({ fileId: 70_000, labels: { b: '2', a: '1' } }),
    );
    expect(print({ fileId: 70_000 })).not.toBe(print({ fileId: 70_001 }));
    expect(print({ fileId: 70_000 })).not.toBe(print({ fileId: 70_000, onFileError: 'skip' }));
    expect(make({ fileId: 70_000 }).job.fingerprint).toBeNull();
  });

  it('keeps the file order and each id once', () => {
    const { job, duplicateFileIds } = make({ fileIds: [70_001, 'a', 70_000, 70_001, '70000', 70_001] });
    expect(job.files).toEqual([70_001, 'a', 70_000]);
    expect(duplicateFileIds).toEqual([70_001, '70000']);
  });

  it('keeps a bare id for an unnamed file', () => {
    const { job } = make({ files: [{ fileId: 70_000 }, { fileId: 70_001, name: 'b.txt' }] });
    expect(job.files).toEqual([70_000, { fileId: 70_001, name: 'b.txt' }]);
  });

  it.each([
    [{ name: 'photos' }, 'photos.zip'],
    [{ name: 'photos.zip' }, 'photos.zip'],
    [{ name: 'photos.ZIP' }, 'photos.ZIP'],
    [{ name: 'photos.zip', format: 'tar.gz' }, 'photos.zip.tar.gz'],
  ])('names the archive %j as %s', (archive, expected) => {
    expect(make({ fileId: 70_000, archive }).job.archive.name).toBe(expected);
  });

  it('names an archive without a requested name', () => {
    expect(make({ fileId: 70_000 }).job.archive.name).toMatch(/^1-file-\d{4}-\d\d-\d\d-[0-9a-f]{4}\.zip$/);
    expect(make({ fileIds: [70_000, 70_001] }).job.archive.name).toMatch(/^2-files-/);
  });
});

describe('newJob with a callback', () => {
  const url = 'https://app.example.com/hook';
  const makeWith = (body: object) =>
    newJob(
      validate(
        initiateSchema(100, (given) => (given === url ? undefined : 'must be ours')),
        { fileId: 70_000, clientRequestId: 'r-1', ...body },
      ),
      'ada',
      aJob().policy,
      NOW,
    ).job;
  const faultOf = (body: object) => {
    try {
      makeWith(body);
    } catch (error) {
      return (error as { errors: unknown[] }).errors;
    }
    return [];
  };

  it('keeps the URL in either spelling', () => {
    expect(makeWith({ callbackUrl: url }).callbackUrl).toBe(url);
    expect(makeWith({ callback_url: url }).callbackUrl).toBe(url);
    expect(makeWith({}).callbackUrl).toBeNull();
  });

  it('has a fingerprint of its own', () => {
    const print = (body: object) => makeWith(body).fingerprint;
    expect(print({ callbackUrl: url })).toBe(print({ callback_url: url }));
    expect(print({ callbackUrl: url })).not.toBe(print({}));
  });

  it('rejects refused, repeated and overlong URLs', () => {
    expect(faultOf({ callback_url: 'https://x.example' })).toEqual([
      { path: 'callback_url', message: 'must be ours' },
    ]);
    expect(faultOf({ callbackUrl: url, callback_url: url })).toEqual([
      { path: 'callbackUrl', message: 'must be given in one spelling only' },
    ]);
    expect(faultOf({ callbackUrl: `${url}${'x'.repeat(2_048)}` })).toEqual([
      { path: 'callbackUrl', message: 'must have at most 2048 characters' },
    ]);
    expect(faultOf({ callbackUrl: 1 })).toMatchObject([{ path: 'callbackUrl' }]);
  });

  it('is rejected by a schema without callback rules', () => {
    expect(() => validate(initiateSchema(100), { fileId: 70_000, callbackUrl: url })).toThrow(
      'callbackUrl is not accepted here.',
    );
  });
});
