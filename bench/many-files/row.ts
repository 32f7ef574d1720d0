import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../src/contract/names.js';
import type { Stack } from '../../test/support/stack.js';
import { seconds } from '../archives/contest.js';
import { completed, idsFrom, withStubStack } from '../archives/stub-stack.js';
import type { Measurement, Row } from '../support/row.js';

const FILES = { quick: [1_000, 5_000], full: [10_000, 100_000] };

/** P12: jobs of many files. */
export const manyFiles: Row = {
  id: 'P12',
  title: 'jobs of 10,000 and 100,000 files of 1 KiB on a whole stack: time, and size of the history',
  run(options) {
    const stub = { fileBytes: 1024, content: 'noise' } as const;
    const env = { MAX_FILES_PER_JOB: '100000' };
    return withStubStack({ stub, env }, options, async (stack) => {
      const lines: Measurement[] = [];
      for (const files of options.quick ? FILES.quick : FILES.full) {
        lines.push(...(await linesOf(stack, files)));
        options.log(lines.map(({ ours }) => ours).join(', '));
      }
      return lines;
    });
  },
};

async function linesOf(stack: Stack, files: number): Promise<Measurement[]> {
  const startedAt = performance.now();
  const { jobId } = await stack.initiate({
    fileIds: idsFrom(100_000, files),
    archive: { compression: 'store' },
  });
  const wall = await completed(stack, jobId, startedAt);
  const { events, bytes } = await historyOf(stack, jobId);
  const line = (measure: string, ours: string, target: string): Measurement => {
    return { measure: `${files} files: ${measure}`, ours, peer: '–', ratio: '–', target };
  };
  return [
    line('time to completed', seconds(wall), 'completes'),
    line('events', String(events), '≤ 5,000'),
    line('history', `${(bytes / 1e6).toFixed(2)} MB`, '≤ 5 MB'),
  ];
}

async function historyOf(stack: Stack, jobId: string): Promise<{ events: number; bytes: number }> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowIdFor(jobId));
    const { historyLength, historySize = 0 } = await handle.describe();
    return { events: historyLength, bytes: historySize };
  } finally {
    await connection.close();
  }
}
