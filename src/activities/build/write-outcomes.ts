import type { FileOutcome, MissingFile } from '../../contract/files.js';
import { outcomesKey } from '../../storage/keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { BuildOutcome, IncludedFile } from './build-outcome.js';
import { writeJsonLines } from '../json-lines.js';

/** Writes the result of each file next to the archive, in the order of the request. The API reads it in pages. */
export async function writeOutcomes(
  store: ObjectStore,
  keyOfArchive: string,
  { included, missing }: BuildOutcome,
  signal: AbortSignal,
): Promise<void> {
  const inOrder = [...included, ...missing].toSorted((a, b) => a.index - b.index);
  await writeJsonLines(store, outcomesKey(keyOfArchive), outcomesOf(inOrder), signal);
}

function* outcomesOf(files: readonly (IncludedFile | MissingFile)[]): Generator<FileOutcome> {
  for (const file of files) {
    yield 'code' in file
      ? {
          fileId: file.fileId,
          name: null,
          size: null,
          state: 'skipped',
          error: { code: file.code, message: file.message },
        }
      : { fileId: file.fileId, name: file.name, size: file.size, state: 'included', error: null };
  }
}
