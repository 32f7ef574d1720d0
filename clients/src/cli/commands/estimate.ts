import type { Estimate } from '../../client/index.js';
import { REQUEST_FLAGS } from '../arguments/flags.js';
import { retryNote } from '../job/start-job.js';
import { formatBytes, formatSeconds } from '../output/quantities.js';
import { oneLine } from '../output/one-line.js';
import { sheet } from '../output/table.js';
import { downloadRequest } from '../request/download-request.js';
import { readFileIds } from '../request/read-file-ids.js';
import { withIds } from '../request/with-ids.js';
import { type Command, printJson } from './command.js';

export const estimate: Command = {
  usage: 'ID...',
  summary: 'tell size, missing files and time, without starting anything',
  examples: ['longhaul estimate 70000 70001', 'longhaul estimate --from ids.txt --json'],
  flags: REQUEST_FLAGS,
  async run(context) {
    const { values, positionals, console } = context;
    const wanted = await readFileIds(positionals, values.from ?? [], 'estimate');
    const { client } = await context.connect();
    const request = downloadRequest(wanted, values);
    const answer = await client.estimate(request, { onRetry: retryNote(console) }).catch((error: unknown) => {
      throw withIds(error, request);
    });
    if (values.json) printJson(console, answer);
    else console.data(estimateSheet(answer));
    console.hint('Nothing was started. Start it: longhaul download with the same arguments');
  },
};

function estimateSheet(answer: Estimate): string {
  const { filesFound, filesMissing, filesRenamed, bytesTotal, archiveBytes, etaSeconds, tooLarge } = answer;
  const lines = sheet([
    ['Files', `${filesFound} found, ${filesMissing} missing, ${filesRenamed} renamed`],
    [
      'Bytes',
      tooLarge
        ? `${formatBytes(bytesTotal)}, and ${formatBytes(answer.maxBytes)} at most`
        : formatBytes(bytesTotal),
    ],
    ['Archive', `at most ${formatBytes(archiveBytes)}`],
    ['Time', etaSeconds === null ? 'not known yet' : `about ${formatSeconds(etaSeconds)}`],
  ]);
  const missing = answer.missing.map(
    ({ fileId, message }) => `Missing  ${oneLine(`${fileId}: ${message}`)}\n`,
  );
  return lines + missing.join('') + (answer.truncated ? 'The lists are cut after 1,000 files.\n' : '');
}
