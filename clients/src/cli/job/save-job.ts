import {
  type ArchiveInfo,
  type DownloadStatus,
  type FileOutcome,
  isFinal,
  type LonghaulClient,
} from '../../client/index.js';
import { type Connection, type Context, printJson } from '../commands/command.js';
import { CommandError, notSaved } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { formatBytes, formatSeconds } from '../output/quantities.js';
import { ArchiveChanged } from '../transfer/ranged-request.js';
import { saveArchive, type Saved } from '../transfer/save-archive.js';
import type { Target } from '../transfer/target.js';
import { failureOf, reportSkipped } from './endings.js';
import { followJob } from './follow-job.js';
import { retryNote } from './start-job.js';
import type { Run } from './with-interrupts.js';

export interface SaveJobOptions {
  jobId: string;
  target: Target;
  force: boolean;
}

/**
 * Waits for a job, saves its archive, and reports the result.
 * @throws CommandError for a job without an archive, after its status was printed with `--json`.
 */
export async function saveJob(
  context: Context,
  { client }: Connection,
  run: Run,
  { jobId, target, force }: SaveJobOptions,
): Promise<void> {
  const { console, values } = context;
  const status = await followJob(client, jobId, run);
  const failure = failureOf(status);
  if (failure || !status.archive) {
    if (values.json) printJson(console, status);
    throw failure ?? new CommandError(EXIT.error, 'The server describes no archive. Update the server.');
  }
  const isFile = target.kind === 'file' || target.kind === 'folder';
  run.saving = isFile ? 'file' : 'stream';
  run.ask(
    isFile
      ? { detach: 'stop, and keep what is saved so far', cancel: 'remove it' }
      : { detach: 'stop', cancel: 'stop' },
  );
  const { archive } = status;
  const saved = await saveArchive({
    archive,
    target,
    force,
    signal: run.signal,
    link: () => freshLink(client, jobId, archive, run, retryNote(console)),
    onRetry: (reason, delayMs) =>
      console.note(delayMs > 0 ? `${reason} Trying again in ${formatSeconds(delayMs / 1_000)}.` : reason),
    onProgress: (phase, bytes) => {
      // 100 % means that the checksum is right, too.
      const percent = Math.min(99, (bytes / archive.size) * 100);
      run.view.show({ phase, bytes, totalBytes: archive.size, percent });
    },
  });
  finishView(run, archive, saved);
  const skipped = await reportSkipped(client, status, console).catch((error: unknown) => {
    console.warn(`The files that were left out cannot be listed: ${(error as Error).message}`);
    return [];
  });
  report(context, status, saved, skipped);
}

/** Signs a link for one try. @throws CommandError if the job has another archive by now. */
async function freshLink(
  client: LonghaulClient,
  jobId: string,
  archive: ArchiveInfo,
  { signal }: Run,
  onRetry: (error: Error, delayMs: number) => void,
): Promise<string> {
  const now = await client.status(jobId, { signal, onRetry });
  const ended = isFinal(now.status) ? failureOf(now) : undefined;
  if (ended) throw ended;
  if (now.archive && (now.archive.checksum !== archive.checksum || now.archive.size !== archive.size)) {
    throw notSaved(
      'The archive was replaced meanwhile. Run the same command again to get the new one.',
      new ArchiveChanged(),
    );
  }
  return now.downloadUrl ?? client.downloadUrl(jobId, { signal, onRetry });
}

function finishView({ view }: Run, { size }: ArchiveInfo, { verified }: Saved): void {
  const detail = verified ? 'checksum ok' : 'not verified: this version does not know its kind of checksum';
  view.show({ phase: 'Saving', percent: 100, bytes: size, detail });
  view.end();
}

function report(
  { values, console }: Context,
  status: DownloadStatus,
  saved: Saved,
  skipped: FileOutcome[],
): void {
  const { jobId, archive, expiresAt } = status;
  const { size, checksum, files } = archive!;
  if (values.json) {
    printJson(console, { jobId, status: status.status, ...saved, size, checksum, files, skipped, expiresAt });
    return;
  }
  if (saved.path !== null) console.data(`${saved.path}\n`);
  console.hint(`${formatBytes(size)}. Again until ${expiresAt}: longhaul fetch ${jobId}`);
}
