import { describe, expect, it } from '@jest/globals';
import { newJob } from '../../../src/api/new-job.js';
import { validate } from '../../../src/api/validate.js';
import { initiateSchema } from '../../../src/contract/schemas.js';
import { aJob } from '../../support/jobs.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

function make(body: unknown) {
  return newJob(validate(initiateSchema(100), body), 'ada', aJob().policy, NOW);
}

describe('a new job', () => {
  it('has an id that sorts by time', () => {
    expect(make({ fileId: 70_000 }).job.jobId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('keeps the order of its files, and each id once', () => {
    const { job, duplicateFileIds } = make({ fileIds: [70_001, 'a', 70_000, 70_001, '70000', 70_001] });
    expect(job.files).toEqual([70_001, 'a', 70_000]);
    expect(duplicateFileIds).toEqual([70_001, '70000']);
  });

  it('carries a bare id for a file without a name of its own', () => {
    const { job } = make({ files: [{ fileId: 70_000 }, { fileId: 70_001, name: 'b.txt' }] });
    expect(job.files).toEqual([70_000, { fileId: 70_001, name: 'b.txt' }]);
  });

  it.each([
    [{ name: 'photos' }, 'photos.zip'],
    [{ name: 'photos.zip' }, 'photos.zip'],
    [{ name: 'photos.ZIP' }, 'photos.ZIP'],
    [{ name: 'photos.zip', format: 'tar.gz' }, 'photos.zip.tar.gz'],
  ])('names its archive %j: %s', (archive, expected) => {
    expect(make({ fileId: 70_000, archive }).job.archive.name).toBe(expected);
  });

  it('names an archive that the request does not', () => {
    expect(make({ fileId: 70_000 }).job.archive.name).toMatch(/^download-[0-9a-f]{12}\.zip$/);
  });
});
