import { announcement, type FinishedDownload } from './announcement.js';
import { DownloadFailed, watchDownload } from './downloads/watched-download.js';
import type { FilesInUse } from './files/files-in-use.js';
import { printLine } from './print.js';
import type { RunningStack } from './stack/run-stack.js';
import { untilHealthy } from './until-healthy.js';

/**
 * Waits until the stack is healthy, downloads some of its files, and prints what to do next. A download that fails is
 * only reported, because everything else works.
 * @throws the reason of the signal.
 */
export async function firstDownload(
  stack: RunningStack,
  files: FilesInUse,
  needsKey: boolean,
  signal: AbortSignal,
): Promise<void> {
  await untilHealthy({ ...stack, signal });
  if (files.noFirst) printLine(`\n${files.noFirst}`);
  const download = files.first.length > 0 ? await tryDownload(stack, files, signal) : undefined;
  printLine(announcement(stack, files, needsKey, download));
}

async function tryDownload(
  { baseUrl }: RunningStack,
  { first }: FilesInUse,
  signal: AbortSignal,
): Promise<FinishedDownload | undefined> {
  printLine(
    `\nDownloading ${first.length === 1 ? 'one file' : `${first.length} files`} (${first.join(', ')}):`,
  );
  try {
    return await watchDownload(baseUrl, { fileIds: first, name: 'first-download' }, process.stdout, {
      signal,
    });
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    printLine(`\nThe first download failed. ${error.message}\nLonghaul keeps running.`);
    return undefined;
  }
}
