import { retryNote } from '../job/start-job.js';
import { type Command, onlyJob, printJson } from './command.js';

export const cancel: Command = {
  usage: 'JOB',
  summary: 'cancel a job',
  examples: ['longhaul cancel 01a2109e-2cc4-74b8-afa6-4115b029dcf8'],
  flags: [],
  async run(context) {
    const { values, console } = context;
    const jobId = onlyJob(context, 'cancel');
    const { client } = await context.connect();
    const job = await client.cancel(jobId, { onRetry: retryNote(console) });
    if (values.json) printJson(console, job);
    else console.data(`${job.status}\n`);
    console.hint(`Start it again: longhaul retry ${jobId}`);
  },
};
