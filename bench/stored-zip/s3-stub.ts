import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { ETAG } from './task.js';

/**
 * The part of the S3 API that an archive needs, at minimal cost, because the stub shares the machine with the measured
 * process. Every object exists and is a pattern in memory. Writes keep only the size. Signatures are not checked.
 */
const { fileBytes } = inputFromParent() as { fileBytes: number };

/** Random, so that it is not compressible. */
const PATTERN = randomBytes(1024 * 1024);

/** Sizes of stored objects, and of the parts of unfinished uploads. */
const stored = new Map<string, number>();
const uploads = new Map<string, { key: string; parts: Map<string, number> }>();

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

/** Operations by method and query parameter, in order of precedence. */
const OPERATIONS: Record<string, readonly (readonly [parameter: string | null, answer: Answer])[]> = {
  GET: [
    ['uploads', (_, response) => xml(response, '<ListMultipartUploadsResult/>')],
    ['uploadId', listParts],
    ['list-type', (_, response) => xml(response, '<ListBucketResult/>')],
    [null, getObject],
  ],
  HEAD: [[null, getObject]],
  PUT: [
    ['uploadId', uploadPart],
    [null, putObject],
  ],
  POST: [
    ['uploads', createUpload],
    ['uploadId', completeUpload],
    ['delete', deleteObjects],
  ],
  DELETE: [
    ['uploadId', abortUpload],
    [null, deleteObject],
  ],
};

const server = createServer((request, response) => {
  const url = new URL(request.url!, 'http://stub');
  const operations = OPERATIONS[request.method!] ?? [];
  const found = operations.find(([parameter]) => parameter === null || url.searchParams.has(parameter));
  if (!found) return fail(response, 501, 'NotImplemented');
  // Ignores clients that disconnect.
  Promise.resolve(found[1](request, response, url)).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  sendToParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

async function getObject(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const size = stored.get(url.pathname) ?? fileBytes;
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== ETAG) return fail(response, 412, 'PreconditionFailed');
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (start >= size && range) return fail(response, 416, 'InvalidRange');
  response.writeHead(range ? 206 : 200, {
    'content-length': end - start + 1,
    'content-type': 'application/octet-stream',
    'last-modified': new Date(0).toUTCString(),
    'accept-ranges': 'bytes',
    etag: ETAG,
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(pattern(start, end), { objectMode: false }), response);
}

function* pattern(start: number, end: number): Generator<Buffer> {
  for (let at = start; at <= end;) {
    const from = at % PATTERN.length;
    const chunk = PATTERN.subarray(from, Math.min(PATTERN.length, from + end - at + 1));
    yield chunk;
    at += chunk.length;
  }
}

async function putObject(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  stored.set(url.pathname, await drain(request));
  response.writeHead(200, { etag: ETAG }).end();
}

function createUpload(_: IncomingMessage, response: ServerResponse, url: URL): void {
  const id = randomBytes(8).toString('hex');
  uploads.set(id, { key: url.pathname, parts: new Map() });
  xml(response, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
}

async function uploadPart(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { searchParams } = url;
  const size = await drain(request);
  const upload = uploads.get(searchParams.get('uploadId')!);
  if (!upload) return fail(response, 404, 'NoSuchUpload');
  upload.parts.set(searchParams.get('partNumber')!, size);
  response.writeHead(200, { etag: ETAG }).end();
}

async function completeUpload(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  await drain(request);
  const id = url.searchParams.get('uploadId')!;
  const upload = uploads.get(id);
  if (!upload) return fail(response, 404, 'NoSuchUpload');
  uploads.delete(id);
  const sizes = [...upload.parts.values()];
  stored.set(
    upload.key,
    sizes.reduce((total, size) => total + size, 0),
  );
  const etag = `${createHash('md5').update(id).digest('hex')}-${sizes.length}`;
  xml(response, `<CompleteMultipartUploadResult><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`);
}

function listParts(_: IncomingMessage, response: ServerResponse, url: URL): void {
  if (!uploads.has(url.searchParams.get('uploadId')!)) return fail(response, 404, 'NoSuchUpload');
  xml(response, '<ListPartsResult/>');
}

function abortUpload(_: IncomingMessage, response: ServerResponse, url: URL): void {
  uploads.delete(url.searchParams.get('uploadId')!);
  response.writeHead(204).end();
}

async function deleteObjects(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await drain(request);
  xml(response, '<DeleteResult/>');
}

function deleteObject(_: IncomingMessage, response: ServerResponse, url: URL): void {
  stored.delete(url.pathname);
  response.writeHead(204).end();
}

/** Reads a body and forgets it; resolves with its size. */
async function drain(request: IncomingMessage): Promise<number> {
  let size = 0;
  request.on('data', (chunk: Buffer) => void (size += chunk.length));
  await new Promise((resolve, reject) => {
    request.once('end', resolve).once('error', reject);
  });
  return size;
}

function xml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
