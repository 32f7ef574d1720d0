import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../runtime/system-error.js';

/** Secrets by the name of their file, with the setting that can take its place. */
const SECRETS = {
  'link-secret': { signs: 'links', setting: 'LINK_SECRET', make: randomText },
  'stream-ticket-secret': { signs: 'stream tickets', setting: 'STREAM_TICKET_SECRET', make: randomText },
  // As Standard Webhooks 1.0 writes one, so that receivers can be given what is in the file.
  'webhook-secret': { signs: 'callbacks', setting: 'WEBHOOK_SECRETS', make: webhookSecret },
} as const;

const SECRET_BYTES = 32;
const MIN_LENGTH = 32;

/**
 * A secret to sign with, kept in `dataDir` and made on first use. All processes that share the folder get the same one,
 * also when they start at once.
 * @throws Error when it cannot be read or made; the message says what to do.
 */
export async function loadPersistentSecret(dataDir: string, name: keyof typeof SECRETS): Promise<string> {
  const path = join(dataDir, name);
  try {
    return (await readSecret(path)) ?? (await createSecret(dataDir, path, SECRETS[name].make()));
  } catch (cause) {
    const { signs, setting } = SECRETS[name];
    throw new Error(`There is no secret to sign ${signs} with: set ${setting}, or mend ${path}`, { cause });
  }
}

async function readSecret(path: string): Promise<string | null> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret.length >= MIN_LENGTH) return secret;
    throw new Error(`It has fewer than ${MIN_LENGTH} characters; delete it to get a new one`);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Written whole under another name first and then linked, which unlike a rename never replaces another's secret. */
async function createSecret(dataDir: string, path: string, made: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${made}\n`, {
      mode: 0o600,
      flush: true,
    });
    await link(temporary, path).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  const secret = await readSecret(path);
  if (secret === null) throw new Error('It was deleted as soon as it was made');
  return secret;
}

function randomText(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function webhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
