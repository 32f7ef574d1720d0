import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../processes/run-command.js';
import type { Row } from '../row.js';

const SIZE = '6g';
const BLOCK = Buffer.alloc(8 * 1024 * 1024);
const TIMEOUT_MS = 10_000;

/** A file store whose disk has no byte left. */
export const fullDisk: Row = {
  name: 'full-disk',
  mayFail: ['STORAGE_FULL', 'STORAGE_UNAVAILABLE'],
  prepare: async (folder) => {
    const disk = diskOf(folder);
    await mkdir(disk);
    await run('mount', '-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk).catch((cause: unknown) => {
      throw new Error('full-disk mounts a small disk: run it as root.', { cause });
    });
    return {
      settings: { OBJECT_STORE: 'file', DATA_DIR: disk },
      close: async () => void (await run('umount', '-l', disk)),
    };
  },
  inject: async ({ folder }) => {
    const filler = await open(join(diskOf(folder), 'filler'), 'w');
    try {
      while ((await statfs(diskOf(folder))).bavail > 0) await filler.write(BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await filler.close();
    }
  },
  heal: ({ folder }) => rm(join(diskOf(folder), 'filler')),
};

function diskOf(folder: string): string {
  return join(folder, 'disk');
}

function run(command: string, ...args: string[]): Promise<string> {
  return runCommand(command, args, { env: process.env, timeoutMs: TIMEOUT_MS });
}
