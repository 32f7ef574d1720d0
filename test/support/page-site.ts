import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import type { Estimate, ListedFile, Me } from '../../clients/src/client/index.js';
import { pagePolicy } from '../../src/api/page/page-policy.js';
import { Receiver, type ReceivedRequest } from './receiver.js';
import type { StubAnswer } from './stub-api.js';

const WEB = resolve('dist/web');
const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

/** Serves the built page under its policy, with an API of as many files as a test wants, and answers of its choice. */
export class PageSite {
  files: ListedFile[] = [];
  me: Me = {
    userId: 'ada',
    limits: { filesPerJob: 10_000, bytesPerJob: 100e9, running: 3, queued: 100 },
    ttlMs: 86_400_000,
    listing: true,
    version: '0.0.0',
    operator: null,
  };
  /** Ids that the estimate does not find. */
  missing = new Set<unknown>();
  /** Answers instead of the built-in ones, by method and path: `GET /v1/files`. A promise delays one. */
  answers: Record<string, StubAnswer | Promise<StubAnswer> | undefined> = {};
  /** Everything below this path is served; a proxy may put the page there. */
  prefix = '';

  private constructor(private readonly server: Receiver) {
    server.answer = (request, response) => void this.answer(request, response);
  }

  static async start(): Promise<PageSite> {
    return new PageSite(await Receiver.start());
  }

  get url(): string {
    return `${this.server.url}${this.prefix}/`;
  }

  get port(): number {
    return this.server.port;
  }

  /** Requests so far, as `GET /v1/files?query=a`. */
  get requests(): string[] {
    return this.server.requests.map(({ method, path }) => `${method} ${path}`);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async answer(request: ReceivedRequest, response: ServerResponse): Promise<void> {
    const url = new URL(request.path, this.server.url);
    const path = url.pathname.slice(this.prefix.length);
    const route = `${request.method} ${path}`;
    const isPage = path === '/' && request.headers.accept?.includes('html');
    if (isPage || path.startsWith('/assets/')) {
      await sendFile(response, isPage ? 'index.html' : path.slice(1));
      return;
    }
    const { status = 200, headers, body } = (await this.answers[route]) ?? this.builtIn(route, url, request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  }

  private builtIn(route: string, { searchParams }: URL, request: ReceivedRequest): StubAnswer {
    switch (route) {
      case 'GET /':
        return { body: { auth: { mode: 'none', signInUrl: null } } };
      case 'GET /v1/me':
        return { body: this.me };
      case 'GET /v1/files':
        return { body: this.page(searchParams) };
      case 'GET /v1/downloads':
        return { body: { jobs: [], nextCursor: null } };
      case 'POST /v1/download/estimate':
        return { body: this.estimate((JSON.parse(request.body) as { fileIds: unknown[] }).fileIds) };
      default:
        return { status: 404, body: { code: 'ROUTE_NOT_FOUND', detail: `There is no route ${route}.` } };
    }
  }

  private page(query: URLSearchParams): { files: ListedFile[]; nextCursor: string | null } {
    const wanted = (query.get('query') ?? '').toLowerCase();
    const from = Number(query.get('cursor') ?? 0);
    const end = from + Number(query.get('limit') ?? 100);
    const all = this.files.filter(({ name }) => name?.toLowerCase().includes(wanted));
    return { files: all.slice(from, end), nextCursor: end < all.length ? String(end) : null };
  }

  private estimate(ids: unknown[]): Partial<Estimate> {
    const wanted = new Set(ids);
    const found = this.files.filter(({ fileId }) => wanted.has(fileId) && !this.missing.has(fileId));
    const bytesTotal = found.reduce((sum, { size }) => sum + size, 0);
    return {
      filesFound: found.length,
      filesMissing: ids.length - found.length,
      bytesTotal,
      tooLarge: bytesTotal > this.me.limits.bytesPerJob,
      maxBytes: this.me.limits.bytesPerJob,
      etaSeconds: 40,
      missing: ids
        .filter((id) => this.missing.has(id))
        .map((id) => ({ fileId: id as number, code: 'FILE_NOT_FOUND', message: 'The file does not exist.' })),
    };
  }
}

/** Makes files with names in folders. */
export function manyFiles(count: number): ListedFile[] {
  return Array.from({ length: count }, (_, i) => ({
    fileId: 100_000 + i,
    name: `2026/${i % 3 === 0 ? 'sunset' : 'report'}-${String(i).padStart(5, '0')}.png`,
    size: 1_000 + i,
  }));
}

async function sendFile(response: ServerResponse, name: string): Promise<void> {
  response.setHeader('content-type', TYPES[name.split('.').at(-1)!] ?? 'text/html');
  response.setHeader('content-security-policy', pagePolicy(undefined, null));
  response.end(await readFile(resolve(WEB, name)));
}
