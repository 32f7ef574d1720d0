import { z } from 'zod';
import type { FileId } from '../../contract/files.js';
import type { CatalogueEntry } from './catalogue.js';
import { entryOfFile } from './catalogue-file.js';

/** The response of the application. Its files are checked one by one, so that a bad one spoils no other. */
export const catalogueAnswerSchema = z.object(
  { files: z.array(z.unknown(), 'must be a list') },
  'must be an object with files',
);

const WITHOUT_ID = 'sent no entry for it, but entries without a valid fileId';

/** Returns one entry per requested id, in the same order. An id without an entry in the response is missing. */
export function entriesOfAnswer(
  fileIds: readonly FileId[],
  { files }: z.output<typeof catalogueAnswerSchema>,
): CatalogueEntry[] {
  const byId = new Map<string | null, unknown[]>();
  for (const file of files) byId.set(idOf(file), [...(byId.get(idOf(file)) ?? []), file]);
  return fileIds.map((fileId) => {
    const answered = byId.get(String(fileId));
    if (answered) return answered.map((file) => entryOfFile(fileId, file)).reduce(stricter);
    // An entry without an id may be about this file, so the file is not said to be missing.
    return byId.has(null)
      ? { fileId, outcome: 'invalid', reason: WITHOUT_ID }
      : { fileId, outcome: 'missing' };
  });
}

/** Returns the id as text, because `70000` and `"70000"` are the same id; null when it is not valid. */
function idOf(file: unknown): string | null {
  const id: unknown = typeof file === 'object' && file !== null ? Reflect.get(file, 'fileId') : undefined;
  return typeof id === 'string' || Number.isSafeInteger(id) ? String(id) : null;
}

const STRICTNESS = ['found', 'invalid', 'missing', 'forbidden'];

/** Returns the stricter one of two entries for one id: if they contradict each other, the denial wins. */
function stricter(one: CatalogueEntry, other: CatalogueEntry): CatalogueEntry {
  return STRICTNESS.indexOf(other.outcome) >= STRICTNESS.indexOf(one.outcome) ? other : one;
}
