import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { promisify } from 'node:util';

export interface Load {
  perSecond: number;
  requests: number;
}

/** Requests `url` as fast as possible: with wrk if it is installed, otherwise with a slower Node loop. */
export async function httpLoad(url: string, connections: number, seconds: number): Promise<Load> {
  try {
    return await withWrk(url, connections, seconds);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return withNode(url, connections, seconds);
  }
}

async function withWrk(url: string, connections: number, seconds: number): Promise<Load> {
  const { stdout } = await promisify(execFile)('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, url]);
  if (stdout.includes('Non-2xx')) throw new Error(`Some requests failed:\n${stdout}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]),
    requests: Number(/(\d+) requests in/.exec(stdout)![1]),
  };
}

async function withNode(url: string, connections: number, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedAt = performance.now();
  let requests = 0;
  const loop = async () => {
    for (; performance.now() - startedAt < seconds * 1_000; requests++) await answerOf(url, agent);
  };
  await Promise.all(Array.from({ length: connections }, loop));
  agent.destroy();
  return { requests, perSecond: requests / ((performance.now() - startedAt) / 1_000) };
}

/** Returns the complete body of a response; rejects if the status is not 200. */
export function answerOf(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      res.on('end', () => (res.statusCode === 200 ? resolve(body) : reject(new Error(body))));
      res.on('error', reject);
    }).on('error', reject);
  });
}
