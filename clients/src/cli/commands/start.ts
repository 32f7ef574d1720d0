import { REQUEST_FLAGS } from '../arguments/flags.js';
import { rememberStart, reportStart } from '../job/start-job.js';
import { rememberedStarts } from '../rejoin/remembered-starts.js';
import { downloadRequest } from '../request/download-request.js';
import { readFileIds } from '../request/read-file-ids.js';
import { withInterrupts } from '../job/with-interrupts.js';
import { type Command, printJson } from './command.js';

export const start: Command = {
  usage: 'ID...',
  summary: 'start a download, and print its job id',
  examples: ['longhaul start 70000 70001 --name photos', 'longhaul fetch $(longhaul start --from ids.txt)'],
  flags: ['new', 'on-interrupt', ...REQUEST_FLAGS],
  isPatient: true,
  async run(context) {
    const { values, positionals, console } = context;
    const files = await readFileIds(positionals, values.from ?? [], 'start');
    const request = downloadRequest(files, values);
    const connection = await context.connect();
    await withInterrupts(context, connection, async (run) => {
      const { signal } = run;
      const starts = rememberedStarts();
      const options = { ...connection, console, starts, isNew: values.new ?? false, signal };
      const remembered = await rememberStart(request, options);
      run.findJob = async (until) => (await remembered.repeat(until)).jobId;
      const started = await remembered.repeat(signal);
      reportStart(started, remembered.startedAt, console);
      if (values.json) printJson(console, started);
      else console.data(`${started.jobId}\n`);
      console.hint(`Save it: longhaul fetch ${started.jobId}`);
      await remembered.saved();
    });
  },
};
