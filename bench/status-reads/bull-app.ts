import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue, Worker } from 'bullmq';
import cors from 'cors';
import express from 'express';
import helmet from 'helmet';
import { inputFromParent, sendToParent } from '../support/parent.js';

/** The status route of an app that builds its downloads as jobs of BullMQ, and reads their state from BullMQ. */
const { redisPort, progress } = inputFromParent() as { redisPort: number; progress: object };
const connection = { port: redisPort };
const queue = new Queue('status', { connection });

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.use(helmet(), cors());
app.get('/status/:jobId', async (req, res) => {
  const job = await queue.getJob(req.params.jobId);
  if (!job) return res.status(404).json({ error: 'unknown job' });
  const status = await job.getState();
  return res.set('Cache-Control', 'no-store').json({
    jobId: job.id,
    status,
    ...(job.progress as object),
    attempts: job.attemptsMade + 1,
    createdAt: new Date(job.timestamp).toISOString(),
    startedAt: job.processedOn ? new Date(job.processedOn).toISOString() : null,
    error: job.failedReason ?? null,
    nextPollInMs: Math.round(4_000 * (1 + Math.random())),
  });
});

const { id: jobId } = await queue.add('download', { fileIds: [70_000, 70_001, 70_002] }, { attempts: 4 });
// An idle worker, so that the job stays active for the whole measurement.
const worker = new Worker(
  'status',
  async (job) => {
    await job.updateProgress(progress);
    await new Promise(() => {});
  },
  { connection },
);
await once(worker, 'progress');
const server = createServer(app).listen(0, '127.0.0.1', () => {
  sendToParent({ port: (server.address() as AddressInfo).port, pid: process.pid, jobId });
});
