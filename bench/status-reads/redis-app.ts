import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import cors from 'cors';
import express from 'express';
import helmet from 'helmet';
import { Redis } from 'ioredis';
import { inputFromParent, sendToParent } from '../support/parent.js';

/** The status route of a job queue on Redis: one hash per job, in its simplest form. */
const { redisPort } = inputFromParent() as { redisPort: number };
const redis = new Redis({ port: redisPort });
const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.use(helmet(), cors());
app.get('/status/:jobId', async (req, res) => {
  const job = await redis.hgetall(`job:${req.params.jobId}`);
  res.set('Cache-Control', 'no-store').json({
    ...job,
    progress: Number(job['progress']),
    filesProcessed: Number(job['filesProcessed']),
    totalFiles: Number(job['totalFiles']),
    bytesProcessed: Number(job['bytesProcessed']),
    bytesTotal: Number(job['bytesTotal']),
    nextPollInMs: Math.round(4_000 * (1 + Math.random())),
  });
});
const server = createServer(app).listen(0, '127.0.0.1', () => {
  sendToParent({ port: (server.address() as AddressInfo).port, pid: process.pid });
});
