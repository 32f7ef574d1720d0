import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RESULT_KEY } from '../../src/storage/capability-probe.js';
import { crc32 } from '../../src/archive/zip/format/crc32.js';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../test/support/certificates.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { Pattern } from './pattern.js';
import { StubObjects, type StubPart } from './stub-objects.js';
import { CAPABILITIES } from './capabilities.js';
import { BUCKET, ETAG, type StubInfo, type StubOptions, type StubTraffic, TRAFFIC_PATH } from './task.js';

/**
 * The part of the S3 API that an archive needs, at minimal cost, because the stub shares the machine with the measured
 * process. Objects to read are a pattern in memory. Of an archive it keeps only the size. Signatures are not checked.
 */
const options = inputFromParent() as StubOptions;
const pattern = new Pattern(options.content);
const objects = new StubObjects(pattern, options.fileBytes);
// A probe would verify bytes that the stub does not keep.
objects.put(`/${BUCKET}/${RESULT_KEY}`, kept(Buffer.from(JSON.stringify(CAPABILITIES))));
const traffic: StubTraffic = { sent: 0, received: 0, requests: 0 };

/** Bytes that one turn of a slow connection carries. */
const SLOW_PIECE = 64 * 1024;

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

/** Operations by method and query parameter, in order of precedence. */
const OPERATIONS: Record<string, readonly (readonly [parameter: string | null, answer: Answer])[]> = {
  GET: [
    ['uploads', (_, response) => xml(response, '<ListMultipartUploadsResult/>')],
    ['uploadId', listParts],
    ['list-type', listObjects],
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

const answer = (request: IncomingMessage, response: ServerResponse) => {
  const url = new URL(request.url!, 'http://stub');
  if (url.pathname === TRAFFIC_PATH) return void response.end(JSON.stringify(traffic));
  traffic.requests += 1;
  const operations = OPERATIONS[request.method!] ?? [];
  const found = operations.find(([parameter]) => parameter === null || url.searchParams.has(parameter));
  if (!found) return fail(response, 501, 'NotImplemented');
  // Ignores clients that disconnect.
  Promise.resolve(found[1](request, response, url)).catch(() => response.destroy());
};

const server = options.tls
  ? createHttpsServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, answer)
  : createHttpServer(answer);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const endpoint = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  sendToParent({ endpoint, crc32: objects.sourceCrc32 } satisfies StubInfo);
});

async function getObject(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const object = objects.find(url.pathname);
  if (!object) return fail(response, 404, 'NoSuchKey');
  const { size } = object;
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== ETAG) return fail(response, 412, 'PreconditionFailed');
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, size) : size;
  if (start >= size && range) return fail(response, 416, 'InvalidRange');
  response.writeHead(range ? 206 : 200, {
    'content-length': end - start,
    'content-type': 'application/octet-stream',
    'last-modified': new Date(0).toUTCString(),
    'accept-ranges': 'bytes',
    etag: ETAG,
    ...(range && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
  });
  if (request.method === 'HEAD') return void response.end();
  traffic.sent += end - start;
  if (object.bytes) return void response.end(object.bytes.subarray(start, end));
  for (const piece of pattern.pieces(start, end, options.connectionRate ? SLOW_PIECE : undefined)) {
    await paced(request.socket, piece.length);
    if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

async function putObject(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  objects.put(url.pathname, await drain(request, objects.keepsBytes(url.pathname)));
  response.writeHead(200, { etag: ETAG }).end();
}

function createUpload(_: IncomingMessage, response: ServerResponse, url: URL): void {
  const id = objects.begin(url.pathname);
  xml(response, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
}

async function uploadPart(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const source = request.headers['x-amz-copy-source'];
  const part = source
    ? copiedPart(String(source), String(request.headers['x-amz-copy-source-range']))
    : await drain(request, objects.keepsBytes(url.pathname));
  const upload = objects.upload(url.searchParams.get('uploadId'));
  if (!upload) return fail(response, 404, 'NoSuchUpload');
  upload.parts.set(Number(url.searchParams.get('partNumber')), part);
  if (!source) return void response.writeHead(200, { etag: ETAG }).end();
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(part.crc32);
  const told = `<ETag>${ETAG}</ETag><ChecksumCRC32>${sum.toString('base64')}</ChecksumCRC32>`;
  xml(response, `<CopyPartResult>${told}</CopyPartResult>`);
}

function copiedPart(source: string, range: string): StubPart {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range)!;
  const [start, end] = [Number(first), Number(last) + 1];
  const sum = objects.crc32(`/${source}`, start, end);
  if (sum === null) throw new Error('The stub cannot copy this range');
  return { size: end - start, crc32: sum, bytes: null };
}

async function completeUpload(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { bytes } = await drain(request, true);
  const id = url.searchParams.get('uploadId')!;
  if (!objects.upload(id)) return fail(response, 404, 'NoSuchUpload');
  const numbers = [...bytes!.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
  if (!objects.complete(id, numbers)) return fail(response, 400, 'InvalidPart');
  xml(response, `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`);
}

function listParts(_: IncomingMessage, response: ServerResponse, url: URL): void {
  if (!objects.upload(url.searchParams.get('uploadId'))) return fail(response, 404, 'NoSuchUpload');
  xml(response, '<ListPartsResult/>');
}

function listObjects(_: IncomingMessage, response: ServerResponse, url: URL): void {
  const found = objects.list(url.searchParams.get('prefix') ?? '');
  const contents = found.map(({ key, size }) => `<Contents><Key>${key}</Key><Size>${size}</Size></Contents>`);
  xml(response, `<ListBucketResult>${contents.join('')}</ListBucketResult>`);
}

function abortUpload(_: IncomingMessage, response: ServerResponse, url: URL): void {
  objects.abort(url.searchParams.get('uploadId'));
  response.writeHead(204).end();
}

async function deleteObjects(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { bytes } = await drain(request, true);
  const path = url.pathname.replace(/\/$/, '');
  for (const [, key] of bytes!.toString().matchAll(/<Key>([^<]+)</g)) objects.delete(`${path}/${key}`);
  xml(response, '<DeleteResult/>');
}

function deleteObject(_: IncomingMessage, response: ServerResponse, url: URL): void {
  objects.delete(url.pathname);
  response.writeHead(204).end();
}

/** Reads a body. Forgets its bytes unless `keep`; sums only those that it keeps. */
async function drain(request: IncomingMessage, keep: boolean): Promise<StubPart> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (options.connectionRate || keep) {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (keep) chunks.push(chunk);
      await paced(request.socket, chunk.length);
    }
  } else {
    request.on('data', (chunk: Buffer) => void (size += chunk.length));
    await new Promise((resolve, reject) => {
      request.once('end', resolve).once('error', reject);
    });
  }
  traffic.received += size;
  return keep ? kept(Buffer.concat(chunks)) : { size, crc32: 0, bytes: null };
}

function kept(bytes: Buffer): StubPart {
  return { size: bytes.length, crc32: crc32(bytes), bytes };
}

const freeAt = new WeakMap<Socket, number>();

/** Waits until a slow connection has carried this many bytes more. */
async function paced(socket: Socket, bytes: number): Promise<void> {
  if (!options.connectionRate) return;
  const now = performance.now();
  const next = Math.max(now, freeAt.get(socket) ?? 0) + (bytes / options.connectionRate) * 1_000;
  freeAt.set(socket, next);
  if (next - now > 1) await delay(next - now);
}

function xml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
