import { WAIT_FLAGS } from '../arguments/flags.js';
import { saveJob } from '../job/save-job.js';
import { withInterrupts } from '../job/with-interrupts.js';
import { targetOf } from '../transfer/target.js';
import { type Command, onlyJob } from './command.js';
import { assertStreamable } from './download.js';

export const fetchArchive: Command = {
  usage: 'JOB',
  summary: 'wait for a job, and save its archive',
  examples: ['longhaul fetch 01a2109e-2cc4-74b8-afa6-4115b029dcf8 -o photos.zip'],
  flags: ['output', 'force', ...WAIT_FLAGS],
  isPatient: true,
  async run(context) {
    const { values, console } = context;
    const jobId = onlyJob(context, 'fetch');
    const force = values.force ?? false;
    assertStreamable(values.output, values.json, console.stdoutIsTerminal);
    const target = await targetOf(values.output, force);
    const connection = await context.connect();
    await withInterrupts(context, connection, async (run) => {
      run.jobId = jobId;
      await saveJob(context, connection, run, { jobId, target, force });
    });
  },
};
