import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { TestServer } from '../../test/support/test-server.js';

export interface RedisServer {
  port: number;
  stop: () => Promise<void>;
}

/** Starts a Redis without persistence; returns undefined if `redis-server` is not on the PATH. */
export async function startRedis(): Promise<RedisServer | undefined> {
  try {
    await promisify(execFile)('redis-server', ['--version']);
  } catch {
    return undefined;
  }
  const [port] = (await freePorts(1)) as [number];
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = new TestServer('redis-server', options, {}, []);
  server.start();
  // The client retries until the server listens.
  const client = new Redis({ port, maxRetriesPerRequest: null });
  client.on('error', () => {});
  await client.ping();
  client.disconnect();
  return { port, stop: () => server.kill() };
}
