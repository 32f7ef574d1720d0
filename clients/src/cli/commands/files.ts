import { LonghaulError } from '../../client/index.js';
import { CommandError, UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { formatBytes } from '../output/quantities.js';
import type { Command } from './command.js';
import { printRows } from './rows.js';

export const files: Command = {
  usage: '[QUERY]',
  summary: 'list the files that can be downloaded',
  examples: [
    'longhaul files report',
    'longhaul files report | longhaul download --from - -o reports.zip    # elsewhere: id<TAB>name<TAB>bytes',
  ],
  flags: ['limit'],
  async run(context) {
    const { positionals } = context;
    if (positionals.length > 1) throw new UsageError('longhaul files takes one query. Put it in quotes.');
    const [query] = positionals;
    const { client } = await context.connect();
    try {
      await printRows(context, (page) => client.files({ ...page, ...(query && { query }) }), {
        name: 'files',
        header: ['ID', 'SIZE', 'NAME'],
        row: ({ fileId, size, name }) => [String(fileId), formatBytes(size), name ?? ''],
        fields: ({ fileId, size, name }) => [String(fileId), name ?? '', String(size)],
        none: query ? `No file matches "${query}".` : 'No files.',
      });
    } catch (error) {
      if (!(error instanceof LonghaulError) || error.code !== 'ROUTE_NOT_FOUND') throw error;
      const message = 'This server does not list its files, or the path of its address is wrong.';
      throw new CommandError(EXIT.error, message, { cause: error });
    }
  },
};
