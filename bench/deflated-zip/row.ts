import { build, compare, contest, type Run, seconds, type StubTask, withStub } from '../archives/contest.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';

const MIB = 1024 * 1024;

/** P4: deflate on several cores. */
export const deflatedZip: Row = {
  id: 'P4',
  title: 'a deflated ZIP of 512 MiB of JSON, S3 to S3: ours against archiver at the same level',
  async run(options) {
    return [...(await jsonRows(options)), await noiseRow(options)];
  },
};

const FORM = { compression: 'auto', segmentsAtOnce: 2 } as const;

async function jsonRows(options: RowOptions): Promise<Measurement[]> {
  const task: StubTask = { ...FORM, files: 8, fileBytes: (options.quick ? 4 : 64) * MIB, extension: 'json' };
  const { fileBytes } = task;
  const runs = await withStub({ fileBytes, content: 'json' }, (stub) => contest(stub, task, 1, options));
  const line = (measure: string, of: (run: Run) => number, format: (n: number) => string, target: string) =>
    compare(measure, runs, of, format, target);
  const size = line('size', (run) => run.size, String, '≤ 1.001×');
  const ratio = `${(runs.ours[0]!.size / runs.naive[0]!.size).toFixed(5)}×`;
  return [
    line('wall', (run) => run.wallSeconds, seconds, '≥ 2× less'),
    line('CPU', (run) => run.cpuSeconds, seconds, ''),
    { ...size, ratio },
  ];
}

/** Files that deflate would not shrink, with a name that does not tell. */
async function noiseRow({ quick }: RowOptions): Promise<Measurement> {
  const task: StubTask = { ...FORM, files: 4, fileBytes: (quick ? 4 : 64) * MIB, extension: 'data' };
  const bytes = task.files * task.fileBytes;
  const { size } = await withStub({ fileBytes: task.fileBytes, content: 'noise' }, (stub) =>
    build('ours', stub, task, bytes),
  );
  const ratio = `${(size / bytes).toFixed(5)}×`;
  return { measure: 'size of noise', ours: String(size), peer: `${bytes} files`, ratio, target: 'stored' };
}
