import { retryNote } from '../job/start-job.js';
import { type Command, onlyJob, printJson } from './command.js';

export const retry: Command = {
  usage: 'JOB',
  summary: 'start a failed, cancelled or expired job again',
  examples: ['longhaul retry 01a2109e-2cc4-74b8-afa6-4115b029dcf8'],
  flags: [],
  async run(context) {
    const { values, console } = context;
    const jobId = onlyJob(context, 'retry');
    const { client } = await context.connect();
    const started = await client.retry(jobId, { onRetry: retryNote(console) });
    if (values.json) printJson(console, started);
    else console.data(`${started.jobId}\n`);
    console.hint(`Save it: longhaul fetch ${started.jobId}`);
  },
};
