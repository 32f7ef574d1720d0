import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SettingsError } from '../runtime/settings-error.js';
import { systemCodeOf } from '../runtime/system-error.js';

/** Secrets by file name, each with the setting that overrides the file. */
const SECRETS = {
  'link-secret': { setting: 'LINK_SECRET', generate: randomText },
  'stream-ticket-secret': { setting: 'STREAM_TICKET_SECRET', generate: randomText },
  // In the format of Standard Webhooks 1.0, so that the content of the file can be given to receivers.
  'webhook-secret': { setting: 'WEBHOOK_SECRETS', generate: webhookSecret },
} as const;

const SECRET_BYTES = 32;
const MIN_LENGTH = 32;

/**
 * Loads a signing secret from `dataDir`, and creates it on first use. All processes that share the folder get the same
 * secret, even when they start at the same time.
 * @throws SettingsError when the secret cannot be read or created. It names the file and the setting to use instead.
 */
export async function loadPersistentSecret(dataDir: string, name: keyof typeof SECRETS): Promise<string> {
  const path = join(dataDir, name);
  try {
    return (await readSecret(path)) ?? (await createSecret(dataDir, path, SECRETS[name].generate()));
  } catch (cause) {
    const { setting } = SECRETS[name];
    const reason = systemCodeOf(cause) ?? (cause as Error).message;
    const problem = `${setting} is not set, and ${path} cannot be used (${reason}): repair the file, or set ${setting}`;
    throw new SettingsError([problem], { cause });
  }
}

async function readSecret(path: string): Promise<string | null> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret.length >= MIN_LENGTH) return secret;
    throw new Error(`it has fewer than ${MIN_LENGTH} characters`);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Writes a temporary file and links it. Unlike a rename, a link never replaces the secret of another process. */
async function createSecret(dataDir: string, path: string, generated: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${generated}\n`, {
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
  if (secret === null) throw new Error('it was deleted right after its creation');
  return secret;
}

function randomText(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function webhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
