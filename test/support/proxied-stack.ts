import { NO_LIMITS } from '../../src/dev/topology/nginx-files.js';
import { Nginx } from './nginx.js';
import { Stack, type StackOptions } from './stack.js';
import type { TestServer } from './test-server.js';
import { waitFor } from './wait-for.js';

/** A server that starts under load shares the processor with its clients. */
const RESTART_TIMEOUT_MS = 120_000;

export interface ProxiedStackOptions extends StackOptions {
  nginx: string;
  /** Content of `limits.conf`; no limits when absent. */
  limits?: string;
}

/** Two API servers behind a real nginx with the shipped configuration. */
export class ProxiedStack {
  private constructor(
    readonly stack: Stack,
    readonly nginx: Nginx,
    private readonly apis: readonly { url: string; server: () => TestServer }[],
  ) {}

  static async start({
    nginx,
    limits = NO_LIMITS,
    env,
    ...options
  }: ProxiedStackOptions): Promise<ProxiedStack> {
    const secret = 'a secret that all API servers of this test share';
    const settings = { TRUST_PROXY: '1', STREAM_TICKET_SECRET: secret, LINK_SECRET: secret, ...env };
    const stack = await Stack.start({ ...options, env: settings });
    try {
      const other = await stack.startAnotherApi();
      const apis = [stack.baseUrl, other].map((url) => new URL(url).host);
      return new ProxiedStack(stack, await Nginx.start({ program: nginx, apis, limits }), [
        { url: stack.baseUrl, server: () => stack.api },
        { url: other, server: () => stack.others[0]! },
      ]);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.nginx.baseUrl}${path}`, { redirect: 'manual', ...init });
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  killApi(index: 0 | 1): Promise<void> {
    return this.apis[index]!.server().kill();
  }

  /** Stops an API server as a deploy does, and waits until it has ended. */
  async stopApi(index: 0 | 1): Promise<void> {
    const server = this.apis[index]!.server();
    server.signal('SIGTERM');
    await waitFor('the API to stop', () => !server.isRunning, RESTART_TIMEOUT_MS);
    await server.kill();
  }

  /** Starts an API server again on its port. */
  async startApi(index: 0 | 1): Promise<void> {
    const { url, server } = this.apis[index]!;
    server().start();
    await waitFor('the API to start', async () => (await fetch(`${url}/readyz`)).ok, RESTART_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await this.stack.stop();
  }
}
