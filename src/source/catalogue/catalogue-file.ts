import { z } from 'zod';
import type { FileId } from '../../contract/files.js';
import { MAX_URL_LENGTH } from '../../outbound/url-guard.js';
import type { CatalogueEntry } from './catalogue.js';

/** Limit of S3, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1_024;
const MAX_NAME_LENGTH = 1_024;

const text = z.string('must be a string').min(1, 'is empty');
const keyFits = (key: string) => Buffer.byteLength(key) <= MAX_KEY_BYTES;

/** One file of the response; unknown fields are ignored. No message quotes a value, because it may be a signed URL. */
const fileSchema = z
  .object({
    key: text.refine(keyFits, `is longer than ${MAX_KEY_BYTES} bytes`).optional(),
    url: text.max(MAX_URL_LENGTH, `is longer than ${MAX_URL_LENGTH} characters`).optional(),
    name: text.max(MAX_NAME_LENGTH, `is longer than ${MAX_NAME_LENGTH} characters`).nullish(),
    // Applications may have sent another form before it had a meaning.
    modifiedAt: z.iso.datetime({ offset: true }).nullish().catch(null),
    size: z.int('must be a number of bytes').min(0, 'must be a number of bytes').nullish(),
    outcome: z.enum(['found', 'missing', 'forbidden'], 'must be found, missing or forbidden').optional(),
    missing: z.boolean('must be true or false').optional(),
    forbidden: z.boolean('must be true or false').optional(),
  })
  .refine((file) => outcomesOf(file) === 1, 'it must have one of key, url, or outcome missing or forbidden');

/** The fields of one file in the response. */
interface AnsweredFile {
  key?: string | undefined;
  url?: string | undefined;
  outcome?: 'found' | 'missing' | 'forbidden' | undefined;
  missing?: boolean | undefined;
  forbidden?: boolean | undefined;
}

/** Converts one file of the response. */
export function entryOfFile(fileId: FileId, answered: unknown): CatalogueEntry {
  const { data: file, error } = fileSchema.safeParse(answered);
  if (!file) {
    const { path, message } = error.issues[0]!;
    return { fileId, outcome: 'invalid', reason: `sent an invalid entry: ${[...path, message].join(' ')}` };
  }
  const denial = denialOf(file);
  if (denial) return { fileId, outcome: denial };
  const { key = '', url, size = null, name = null, modifiedAt = null } = file;
  const location =
    url === undefined ? { kind: 'object' as const, keys: [key] } : { kind: 'https' as const, url, size };
  return { fileId, outcome: 'found', location, name, ...(modifiedAt !== null && { modifiedAt }) };
}

function denialOf(file: AnsweredFile): 'missing' | 'forbidden' | undefined {
  if (file.outcome === 'forbidden' || file.forbidden) return 'forbidden';
  return file.outcome === 'missing' || file.missing ? 'missing' : undefined;
}

function outcomesOf(file: AnsweredFile): number {
  return [file.key !== undefined, file.url !== undefined, denialOf(file)].filter(Boolean).length;
}
