import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { startAll } from './starting.js';

/** A BullMQ producer that also stores a status hash per job. */
const { redisPort, count, connections, body } = inputFromParent() as {
  redisPort: number;
  count: number;
  connections: number;
  body: object;
};
const redis = new Redis({ port: redisPort });
const queue = new Queue('downloads', { connection: { port: redisPort } });

async function start(): Promise<void> {
  const jobId = crypto.randomUUID();
  await redis.hset(`job:${jobId}`, {
    jobId,
    status: 'queued',
    progress: 0,
    createdAt: new Date().toISOString(),
  });
  await queue.add('download', { jobId, ...body }, { jobId, attempts: 4 });
}

await start();
const before = process.cpuUsage();
const starts = await startAll(start, count, connections);
const { user, system } = process.cpuUsage(before);
sendToParent({ ...starts, cpuMs: (user + system) / 1_000 / count });
