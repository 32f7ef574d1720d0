import type { DownloadStatus } from '../../client/index.js';
import { formatBytes } from '../output/quantities.js';
import { type Command, noArguments } from './command.js';
import { printRows, wordsOf } from './rows.js';

export const list: Command = {
  usage: '',
  summary: 'list my jobs: running ones first, then the last ended',
  examples: ['longhaul list --status active', 'longhaul list --status failed,expired --json'],
  flags: ['status', 'limit'],
  async run(context) {
    noArguments(context, 'list');
    const { client } = await context.connect();
    const words = wordsOf(context.values.status);
    await printRows(context, (page) => client.list({ ...page, ...(words && { status: words }) }), {
      name: 'jobs',
      header: ['JOB', 'STATUS', 'PROGRESS', 'SIZE', 'CREATED', 'MESSAGE'],
      row,
      none: 'No downloads. Start one: longhaul download ID...',
    });
  },
};

function row({ jobId, status, progress, archive, bytesTotal, createdAt, message }: DownloadStatus): string[] {
  const bytes = archive?.size ?? bytesTotal;
  return [jobId, status, `${progress} %`, bytes === null ? '-' : formatBytes(bytes), createdAt, message];
}
