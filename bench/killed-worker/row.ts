import type { Stack } from '../../test/support/stack.js';
import { type Stub, seconds } from '../archives/contest.js';
import { completed, idsFrom, withStubStack } from '../archives/stub-stack.js';
import type { Measurement, Row } from '../support/row.js';

const MIB = 1024 * 1024;
const FILES = 8;
/** Slow enough that a kill meets the wanted moment. */
const RATE = 24 * MIB;
const MOMENTS = [0.5, 0.95];

/** P6: a worker that is killed in the middle of a build. */
export const killedWorker: Row = {
  id: 'P6',
  title: 'kill -9 of the worker at 50 % and 95 % of an archive of 8 × 256 MiB: against the same job unkilled',
  run(options) {
    const fileBytes = (options.quick ? 40 : 256) * MIB;
    const stub = { fileBytes, content: 'noise', connectionRate: RATE } as const;
    return withStubStack({ stub }, options, async (stack, source) => {
      const alone = await buildOnce(stack, source, fileBytes, null);
      const lines: Measurement[] = [];
      for (const moment of MOMENTS) {
        const killed = await buildOnce(stack, source, fileBytes, moment);
        const again = `${Math.round((killed.read - alone.read) / MIB)} MiB`;
        const name = `killed at ${100 * moment} %`;
        options.log(`${name}: ${again} read again, ${seconds(killed.wall)}`);
        lines.push(
          { measure: `${name}: read again`, ours: again, peer: '–', ratio: '–', target: '≤ 1,024 MiB' },
          {
            measure: `${name}: wall`,
            ours: seconds(killed.wall),
            peer: `${seconds(alone.wall)} unkilled`,
            ratio: `+${seconds(killed.wall - alone.wall)}`,
            target: '≤ 10 s + a segment',
          },
        );
      }
      return lines;
    });
  },
};

let firstId = 70_000;

/** Builds an archive of files that no archive before had: the store would copy those. */
async function buildOnce(stack: Stack, stub: Stub, fileBytes: number, moment: number | null) {
  firstId += FILES;
  const before = await stub.traffic();
  const startedAt = performance.now();
  const { jobId } = await stack.initiate({
    fileIds: idsFrom(firstId, FILES),
    archive: { compression: 'store' },
  });
  if (moment !== null) {
    const reached = moment * FILES * fileBytes;
    await stack.until(jobId, ({ bytesProcessed }) => bytesProcessed >= reached, { timeoutMs: 600_000 });
    await stack.workers.at(-1)!.kill();
    await stack.startWorker();
  }
  const wall = await completed(stack, jobId, startedAt);
  return { wall, read: (await stub.traffic()).sent - before.sent };
}
