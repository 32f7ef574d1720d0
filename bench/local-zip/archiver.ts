import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import { measure } from '../support/measure.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { keyOf, type LocalTask, nameOf, PIN } from './task.js';

const { folder, files, jobId } = inputFromParent() as LocalTask;
execFileSync(...PIN(process.pid));
const key = `archives/${jobId}.zip`;
const cost = await measure(async () => {
  const archive = new ZipArchive({ store: true });
  for (let i = 0; i < files; i++) archive.file(join(folder, keyOf(i)), { name: nameOf(i) });
  const path = join(folder, key);
  await mkdir(dirname(path), { recursive: true });
  await Promise.all([archive.finalize(), pipeline(archive, createWriteStream(path))]);
});
sendToParent({ ...cost, key });
