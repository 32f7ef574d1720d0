import { resolve } from 'node:path';
import { FolderFiles } from '../../storage/folder/folder-files.js';
import { MAX_FOLDER_FILES } from '../../storage/folder/folder-scan.js';
import { type FilesInUse, PLACEHOLDER_EXAMPLE } from './files-in-use.js';

/** Bytes of the first download: small enough to be ready at once and to be no burden on the disk. */
const FIRST_MAX_BYTES = 100 * 1024 * 1024;

const EXAMPLES = 3;

/** Limits the files that are examined for the examples. */
const MAX_EXAMINED = 200;

const PREFIX = 'downloads/';

/** Describes the files of a folder, with the ids of up to three of them. */
export async function ownFolder(folder: string, dataDir: string): Promise<FilesInUse> {
  const files = new FolderFiles(folder, resolve(dataDir));
  const keys: string[] = [];
  for await (const { key } of files.list(PREFIX)) keys.push(key);
  const first = await smallFiles(files, keys);
  const fileIds = first.length > 0 ? first : keys.slice(0, EXAMPLES).map(idOf);
  return {
    place: `${resolve(folder)} (${countOf(keys.length)}, read only)`,
    advice:
      keys.length === 0
        ? 'The folder is empty. Put files into it, and start a download with their ids:'
        : 'Start a download with the ids of your files:',
    example: { ...PLACEHOLDER_EXAMPLE, ...(fileIds.length > 0 ? { fileIds } : {}) },
    listed: true,
    first,
    ...(keys.length > 0 && first.length === 0
      ? { noFirst: 'No first download, because the files are large or may not be read.' }
      : {}),
  };
}

/** Returns the ids of up to three files that fit into a first download. */
async function smallFiles(files: FolderFiles, keys: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  let bytes = 0;
  for (const key of keys.slice(0, MAX_EXAMINED)) {
    const size = await files.head(key).then(
      (file) => file.size,
      () => Infinity,
    );
    if (bytes + size > FIRST_MAX_BYTES) continue;
    bytes += size;
    ids.push(idOf(key));
    if (ids.length === EXAMPLES) break;
  }
  return ids;
}

function idOf(key: string): string {
  return key.slice(PREFIX.length);
}

function countOf(files: number): string {
  const first = files === MAX_FOLDER_FILES ? 'the first ' : '';
  return `${first}${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}`;
}
