// Downloads files as one archive: node download.js 70000 70001
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LonghaulClient } from 'longhaul/client';

const { LONGHAUL_URL = 'http://127.0.0.1:3000', LONGHAUL_API_KEY, CALLBACK_URL } = process.env;

const client = new LonghaulClient({ baseUrl: LONGHAUL_URL, token: LONGHAUL_API_KEY });

const { jobId } = await client.start({
  fileIds: process.argv.slice(2),
  archive: { name: 'example' },
  onFileError: 'skip',
  callbackUrl: CALLBACK_URL,
});

const job = await client.wait(jobId, {
  onChange: ({ progress, message }) => console.error(`${progress} %  ${message}`),
});
if (job.archive === null) throw new Error(job.message);

// The link is signed now and needs no key. A transfer that breaks can go on with Range and a fresh link.
const response = await fetch(await client.downloadUrl(jobId));
if (!response.ok) throw new Error(`The archive could not be fetched: status ${response.status}`);
const file = basename(job.archive.name);
await pipeline(response.body, createWriteStream(file));
console.log(file);
