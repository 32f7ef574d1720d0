import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { promisify } from 'node:util';

export interface Load {
  perSecond: number;
  requests: number;
}

/** Asks for `url` as fast as it is answered: with wrk where there is one, else with a slower loop of our own. */
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
  if (stdout.includes('Non-2xx')) throw new Error(`Not every answer was good:\n${stdout}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]),
    requests: Number(/(\d+) requests in/.exec(stdout)![1]),
  };
}

async function withNode(url: string, connections: number, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const begun = performance.now();
  let requests = 0;
  const loop = async () => {
    for (; performance.now() - begun < seconds * 1_000; requests++) await answerOf(url, agent);
  };
  await Promise.all(Array.from({ length: connections }, loop));
  agent.destroy();
  return { requests, perSecond: requests / ((performance.now() - begun) / 1_000) };
}

/** Resolves when the whole answer is there; rejects when it is no good one. */
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
