import { REQUEST_FLAGS, WAIT_FLAGS } from '../arguments/flags.js';
import { UsageError } from '../errors.js';
import { downloadRequest } from '../request/download-request.js';
import { readFileIds } from '../request/read-file-ids.js';
import { assertNameFree, namedBy, targetOf } from '../transfer/target.js';
import { rememberedStarts } from '../rejoin/remembered-starts.js';
import { rememberStart, reportStart } from '../job/start-job.js';
import { saveJob } from '../job/save-job.js';
import { withInterrupts } from '../job/with-interrupts.js';
import type { Command } from './command.js';

export const download: Command = {
  usage: 'ID...',
  summary: 'build an archive of files, and save it',
  examples: [
    'longhaul download 70000 70001 -o photos.zip',
    'longhaul download --from ids.txt -o archives/ --skip-missing    # id, or id<TAB>name in the archive',
    'longhaul files report | longhaul download --from - -o reports.tar.gz',
    'longhaul download 70000 -o - | ssh backup "cat > photos.zip"',
  ],
  flags: ['output', 'force', 'new', ...REQUEST_FLAGS, ...WAIT_FLAGS],
  isPatient: true,
  async run(context) {
    const { values, positionals, console } = context;
    const force = values.force ?? false;
    assertStreamable(values.output, values.json, console.stdoutIsTerminal);
    const target = await targetOf(values.output, force);
    const files = await readFileIds(positionals, values.from ?? [], 'download');
    const request = downloadRequest(files, values, namedBy(target));
    await assertNameFree(target, request.archive, force);
    const connection = await context.connect();
    await withInterrupts(context, connection, async (run) => {
      run.view.show({ phase: 'Starting', percent: null });
      const starts = rememberedStarts();
      const { signal } = run;
      const options = { ...connection, console, starts, isNew: values.new ?? false, signal };
      const start = await rememberStart(request, options);
      run.signal.throwIfAborted();
      run.findJob = async (until) => (await start.repeat(until)).jobId;
      const started = await start.repeat(signal);
      run.jobId = started.jobId;
      run.onStatus();
      reportStart(started, start.startedAt, console);
      await saveJob(context, connection, run, { jobId: started.jobId, target, force });
      await start.saved();
    });
  },
};

/** @throws UsageError if the archive would mix with other output, or be shown on a terminal. */
export function assertStreamable(
  output: string | undefined,
  json: boolean | undefined,
  isTerminal: boolean,
): void {
  if (output !== '-') return;
  if (json) throw new UsageError('--json and -o - both write to standard output. Use one of them.');
  if (isTerminal) {
    throw new UsageError(
      'The archive is not for terminals. Send it elsewhere: longhaul … -o - > archive.zip',
    );
  }
}
