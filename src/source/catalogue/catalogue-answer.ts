import { z } from 'zod';
import type { FileId } from '../../contract/files.js';
import type { CatalogueEntry } from './catalogue.js';
import { isCallerKey } from './caller-key.js';

const text = (max: number) => z.string('must be a string').min(1, 'is empty').max(max, 'is too long');

interface AnsweredFile {
  fileId: FileId;
  key?: string | undefined;
  url?: string | undefined;
  name?: string | null | undefined;
  /** Bytes. */
  size?: number | null | undefined;
  outcome?: 'found' | 'missing' | 'forbidden' | undefined;
  missing?: boolean | undefined;
  forbidden?: boolean | undefined;
}

const fileSchema = z
  .object(
    {
      fileId: z.union([z.int(), z.string()], 'must be an id'),
      key: text(1_024).optional(),
      url: text(8_192).optional(),
      name: text(1_024).nullish(),
      size: z.int('must be a number of bytes').min(0, 'must be a number of bytes').nullish(),
      outcome: z.enum(['found', 'missing', 'forbidden'], 'must be found, missing or forbidden').optional(),
      missing: z.boolean('must be true or false').optional(),
      forbidden: z.boolean('must be true or false').optional(),
    },
    'must be an object',
  )
  .refine(
    (file: AnsweredFile) => outcomesOf(file) === 1,
    'must have one of key, url, or outcome missing or forbidden',
  );

/**
 * The response of the application; unknown fields are ignored. No message quotes a value, because users read the
 * messages and the response may contain signed URLs.
 */
export const catalogueAnswerSchema = z.object(
  { files: z.array(fileSchema, 'must be a list') },
  'must be an object with files',
);

/** Returns one entry per requested id, in the same order. An id without an entry in the response is missing. */
export function entriesOfAnswer(
  fileIds: readonly FileId[],
  { files }: z.output<typeof catalogueAnswerSchema>,
): CatalogueEntry[] {
  // `70000` and `"70000"` are the same id.
  const byId = new Map<string, AnsweredFile>();
  for (const file of files) {
    const id = String(file.fileId);
    // If two entries contradict each other, the denial wins.
    const denied = byId.has(id) && denialOf(byId.get(id)!) !== undefined;
    if (!denied) byId.set(id, file);
  }
  return fileIds.map((fileId) => entryOf(fileId, byId.get(String(fileId))));
}

function entryOf(fileId: FileId, file: AnsweredFile | undefined): CatalogueEntry {
  const denied = file ? denialOf(file) : 'missing';
  if (!file || denied) return { fileId, outcome: denied ?? 'missing' };
  const name = file.name ?? null;
  if (file.url !== undefined) {
    return {
      fileId,
      outcome: 'found',
      location: { kind: 'https', url: file.url, size: file.size ?? null },
      name,
    };
  }
  const key = file.key ?? '';
  if (!isCallerKey(key)) return { fileId, outcome: 'forbidden' };
  return { fileId, outcome: 'found', location: { kind: 'object', keys: [key] }, name };
}

function denialOf(file: AnsweredFile): 'missing' | 'forbidden' | undefined {
  if (file.outcome === 'forbidden' || file.forbidden) return 'forbidden';
  return file.outcome === 'missing' || file.missing ? 'missing' : undefined;
}

function outcomesOf(file: AnsweredFile): number {
  const denied = file.outcome === 'forbidden' || file.outcome === 'missing' || file.forbidden || file.missing;
  return [file.key !== undefined, file.url !== undefined, denied].filter(Boolean).length;
}
