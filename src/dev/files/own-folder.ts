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

/** Describes the files of a folder, with the ids of up to three small ones. */
export async function ownFolder(folder: string, dataDir: string): Promise<FilesInUse> {
  const files = new FolderFiles(folder, resolve(dataDir));
  const ids: string[] = [];
  let count = 0;
  let bytes = 0;
  for await (const { key } of files.list(PREFIX)) {
    if (count++ >= MAX_EXAMINED || ids.length === EXAMPLES) continue;
    const size = await files.head(key).then(
      (file) => file.size,
      () => Infinity,
    );
    if (bytes + size > FIRST_MAX_BYTES) continue;
    bytes += size;
    ids.push(key.slice(PREFIX.length));
  }
  const isCut = count === MAX_FOLDER_FILES;
  return {
    place: `${resolve(folder)} (${isCut ? 'the first ' : ''}${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}, read only)`,
    advice:
      count === 0
        ? 'The folder is empty. Put files into it, and start a download with their ids:'
        : 'Start a download with the ids of your files:',
    example: { ...PLACEHOLDER_EXAMPLE, ...(ids.length > 0 ? { fileIds: ids } : {}) },
    listed: true,
    first: ids,
    ...(count > 0 && ids.length === 0 ? { noFirst: 'No first download, because the files are large.' } : {}),
  };
}
