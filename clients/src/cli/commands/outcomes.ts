import type { FileOutcome } from '../../client/index.js';
import { formatBytes } from '../output/quantities.js';
import { type Command, onlyJob } from './command.js';
import { printRows, wordsOf } from './rows.js';

export const outcomes: Command = {
  usage: 'JOB',
  summary: 'list the outcome of each file of a job',
  examples: ['longhaul outcomes 01a2109e-2cc4-74b8-afa6-4115b029dcf8 --state skipped,failed'],
  flags: ['state', 'limit'],
  async run(context) {
    const jobId = onlyJob(context, 'outcomes');
    const { client } = await context.connect();
    const state = wordsOf(context.values.state);
    await printRows(context, (page) => client.outcomes(jobId, { ...page, ...(state && { state }) }), {
      name: 'files',
      header: ['STATE', 'ID', 'SIZE', 'NAME', 'REASON'],
      row,
      none: 'No files in these states.',
    });
  },
};

function row({ state, fileId, size, name, error }: FileOutcome): string[] {
  return [state, String(fileId), size === null ? '-' : formatBytes(size), name ?? '-', error?.message ?? ''];
}
