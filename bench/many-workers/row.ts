import { seconds } from '../archives/contest.js';
import { completed, idsFrom, withStubStack } from '../archives/stub-stack.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { median } from '../support/statistics.js';

const MIB = 1024 * 1024;
const RATE = 12 * MIB;
const WORKERS = [1, 2, 4] as const;
const TARGETS = { 1: '', 2: '≥ 1.8×', 4: '≥ 3.4×' };

/** P7: several workers build one archive. */
export const manyWorkers: Row = {
  id: 'P7',
  title: 'one archive of 4 × 256 MiB, a store with 12 MiB/s per connection, one segment at once per worker',
  async run(options) {
    const walls = new Map<number, number[]>(WORKERS.map((count) => [count, []]));
    for (let round = 0; round < options.rounds; round++) {
      for (const count of WORKERS) {
        const wall = await wallWith(count, options);
        walls.get(count)!.push(wall);
        options.log(`${count} workers: ${seconds(wall)}`);
      }
    }
    const alone = median(walls.get(1)!);
    return WORKERS.map((count): Measurement => {
      const wall = median(walls.get(count)!);
      const ratio = `${(alone / wall).toFixed(2)}×`;
      return {
        measure: `${count} workers`,
        ours: seconds(wall),
        peer: `${seconds(alone)} one`,
        ratio,
        target: TARGETS[count],
      };
    });
  },
};

function wallWith(workers: number, options: RowOptions): Promise<number> {
  const stub = {
    fileBytes: (options.quick ? 80 : 256) * MIB,
    content: 'noise',
    connectionRate: RATE,
  } as const;
  const env = { DOWNLOAD_WORKER_CONCURRENCY: '1' };
  return withStubStack({ stub, env, workers }, options, async (stack) => {
    const fileIds = idsFrom(70_000, 4);
    const startedAt = performance.now();
    const { jobId } = await stack.initiate({ fileIds, archive: { compression: 'store' } });
    return completed(stack, jobId, startedAt);
  });
}
