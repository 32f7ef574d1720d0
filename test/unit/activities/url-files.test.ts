import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readJsonLines } from '../../../src/activities/json-lines.js';
import type { DownloadActivities, PrepareFilesInput } from '../../../src/contract/activities.js';
import type { PreparedChunk, PreparedLine } from '../../../src/contract/files.js';
import { OutboundHttp } from '../../../src/outbound/outbound-http.js';
import { UrlGuard } from '../../../src/outbound/url-guard.js';
import { FileSources } from '../../../src/source/file-sources.js';
import { HttpsSource } from '../../../src/source/https/https-source.js';
import { ObjectSource } from '../../../src/source/objects/object-source.js';
import { UrlTemplateCatalogue } from '../../../src/source/catalogue/url-template-catalogue.js';
import { collect, noise } from '../../support/bodies.js';
import { FileServer } from '../../support/file-server.js';
import { readWithPython } from '../../support/unpack.js';
import { ActivityBench, aBuild, Attempt, failureOf, MAX_ATTEMPTS, run } from './support.js';

const SECRET = 'hunter2';

describe('Activity with files on other servers', () => {
  const bytes = noise(400_000);
  let bench: ActivityBench;
  let server: FileServer;
  let http: OutboundHttp;
  let activities: DownloadActivities;
  beforeEach(async () => {
    bench = await ActivityBench.start();
    server = await FileServer.start();
    http = new OutboundHttp(new UrlGuard([server.receiver.host]));
    activities = bench.activities({
      catalogue: new UrlTemplateCatalogue(`${server.receiver.url}/{id}?sig=${SECRET}`),
      source: new FileSources(new ObjectSource(bench.store), new HttpsSource(http, 1_000_000)),
    });
  });
  afterEach(async () => {
    http.close();
    await server.stop();
    await bench.stop();
  });

  const asked = (fileId: number, changes: Partial<PrepareFilesInput> = {}): PrepareFilesInput => ({
    jobId: 'job-1',
    userId: 'ada',
    files: [fileId],
    firstIndex: 0,
    onFileError: 'fail',
    inline: true,
    ...changes,
  });
  const prepare = (fileId: number): Promise<PreparedChunk> => run(activities.prepareFiles, asked(fileId));
  const linesOf = ({ files }: PreparedChunk) => {
    const { manifestKey } = files as { manifestKey: string };
    return collect(readJsonLines<PreparedLine>(bench.store, manifestKey, new AbortController().signal));
  };

  it('keeps URLs in a manifest, not in the workflow', async () => {
    server.put('/70000', { bytes, etag: '"1"' });
    const chunk = await prepare(70_000);
    expect(chunk).toMatchObject({ count: 1, bytes: 400_000, missingCount: 0 });
    expect(JSON.stringify(chunk)).not.toContain(SECRET);
    expect(await linesOf(chunk)).toMatchObject([{ found: { size: 400_000, source: { kind: 'https' } } }]);
    expect(bench.logged.join('')).not.toContain(SECRET);
  });

  it('builds the archive without revealing URLs', async () => {
    server.put('/70000', { bytes, etag: '"1"', cutsAfter: [100_000] });
    const input = aBuild([], { chunks: [await prepare(70_000)] });
    expect(await run(activities.buildArchive, input)).toMatchObject({ files: 1, bytes: 400_000 });
    expect(await readWithPython(await bench.archiveOf(input), 'zip')).toMatchObject([
      { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    ]);
    expect(await bench.outcomesOf(input)).toMatchObject([{ fileId: 70_000, state: 'included' }]);
    expect(bench.logged.join('')).not.toContain(SECRET);
  });

  it.each([
    ['FILE_NOT_FOUND', 'File 70000 does not exist.', 404],
    [
      'FILE_FORBIDDEN',
      'File 70000 is refused by its server (status 403). Check its access rights there.',
      403,
    ],
    [
      'FILE_UNREADABLE',
      'File 70000 cannot be read: its server redirects, and redirects are not followed.',
      302,
    ],
    ['FILE_UNREADABLE', 'File 70000 cannot be read: its server responds with status 418.', 418],
  ])('reports a missing file as %s: %s', async (code, message, status) => {
    server.receiver.answer = (_, response) => response.writeHead(status, { 'x-secret': SECRET }).end(SECRET);
    const { missing } = await prepare(70_000);
    expect(missing).toEqual([{ index: 0, fileId: 70_000, code, message }]);
  });

  it('reports a file that is too large as missing', async () => {
    server.put('/70000', { bytes: noise(1_000_001) });
    expect((await prepare(70_000)).missing).toMatchObject([
      { code: 'FILE_TOO_LARGE', message: 'File 70000 has 1000001 bytes; the limit is 1000000.' },
    ]);
  });

  it('fails as retryable while the server is unavailable', async () => {
    server.receiver.answer = (_, response) => response.writeHead(500, { 'x-secret': SECRET }).end(SECRET);
    const failure = await failureOf(prepare(70_000));
    expect(failure).toMatchObject({
      type: 'SOURCE_UNAVAILABLE',
      nonRetryable: false,
      message:
        'File 70000 could not be fetched from its server: it responds with status 500. Try again in a minute.',
    });
    expect(JSON.stringify([failure, bench.logged])).not.toContain(SECRET);
  });

  it('skips unavailable files only on the last attempt', async () => {
    server.put('/70000', { bytes, etag: '"1"' });
    const chunks = [await prepare(70_000)];
    server.receiver.answer = (_, response) => response.writeHead(500).end();
    const input = asked(70_000, { onFileError: 'skip' });
    const [early, late] = [new Attempt(MAX_ATTEMPTS - 1), new Attempt(MAX_ATTEMPTS)];
    expect(await failureOf(early.run(activities.prepareFiles, input))).toMatchObject({
      type: 'SOURCE_UNAVAILABLE',
    });
    expect((await late.run(activities.prepareFiles, input)).missing).toMatchObject([
      { fileId: 70_000, code: 'SOURCE_UNAVAILABLE' },
    ]);
    const failing = asked(70_000);
    expect(await failureOf(late.run(activities.prepareFiles, failing))).toMatchObject({
      type: 'SOURCE_UNAVAILABLE',
    });

    const skipping = aBuild([await bench.put(1, Buffer.from('there'))], { onFileError: 'skip' });
    skipping.chunks.push(...chunks);
    expect(await failureOf(early.run(activities.buildArchive, skipping))).toMatchObject({
      type: 'SOURCE_UNAVAILABLE',
    });
    expect(await late.run(activities.buildArchive, skipping)).toMatchObject({ files: 1, skipped: 1 });
    expect(await bench.outcomesOf(skipping)).toMatchObject([
      { fileId: 70_000, state: 'skipped', error: { code: 'SOURCE_UNAVAILABLE' } },
      { fileId: 70_001, state: 'included' },
    ]);
  });

  it.each([503, 429, 502, 504])('waits for a server with status %i and never skips', async (status) => {
    server.put('/70000', { bytes, etag: '"1"' });
    const chunks = [await prepare(70_000)];
    server.receiver.answer = (_, response) => response.writeHead(status).end();
    const late = new Attempt(MAX_ATTEMPTS);
    const skipping = aBuild([await bench.put(1, Buffer.from('there'))], { onFileError: 'skip' });
    skipping.chunks.push(...chunks);
    const failures = [
      late.run(activities.prepareFiles, asked(70_000, { onFileError: 'skip' })),
      late.run(activities.buildArchive, skipping),
    ];
    for (const failure of failures) {
      expect(await failureOf(failure)).toMatchObject({
        type: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('File 70000'),
        nonRetryable: false,
      });
    }
  });

  it('fails or skips a file that changes midway', async () => {
    server.put('/70000', { bytes, etag: '"1"' });
    const chunks = [await prepare(70_000)];
    server.put('/70000', { bytes: noise(400_000), etag: '"2"' });
    const failure = await failureOf(run(activities.buildArchive, aBuild([], { chunks })));
    expect(failure).toMatchObject({ type: 'FILE_CHANGED', nonRetryable: true });
    expect(failure.message).toContain('File 70000');
    const skipping = aBuild([await bench.put(1, Buffer.from('there'))], { onFileError: 'skip' });
    skipping.chunks.push(...chunks);
    expect(await run(activities.buildArchive, skipping)).toMatchObject({ files: 1, skipped: 1 });
  });
});
