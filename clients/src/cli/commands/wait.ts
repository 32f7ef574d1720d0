import { WAIT_FLAGS } from '../arguments/flags.js';
import { failureOf, reportSkipped } from '../job/endings.js';
import { followJob } from '../job/follow-job.js';
import { withInterrupts } from '../job/with-interrupts.js';
import { jsonText } from '../output/one-line.js';
import { type Command, onlyJob } from './command.js';

export const wait: Command = {
  usage: 'JOB',
  summary: 'wait until a job ends; the exit code tells how',
  examples: [
    'longhaul wait 01a2109e-2cc4-74b8-afa6-4115b029dcf8 --timeout 10m',
    'longhaul wait 01a2109e-2cc4-74b8-afa6-4115b029dcf8 --json | jq .progress    # a line for each change',
  ],
  flags: WAIT_FLAGS,
  isPatient: true,
  async run(context) {
    const { values, console } = context;
    const jobId = onlyJob(context, 'wait');
    const connection = await context.connect();
    await withInterrupts(context, connection, async (run) => {
      run.jobId = jobId;
      const status = await followJob(connection.client, jobId, {
        ...run,
        ...(values.json && { onChange: (change) => console.data(`${jsonText(change)}\n`) }),
      });
      if (!values.json) console.data(`${status.status}\n`);
      const failure = failureOf(status);
      if (failure) throw failure;
      await reportSkipped(connection.client, status, console);
      console.hint(`Save it: longhaul fetch ${jobId}`);
    });
  },
};
