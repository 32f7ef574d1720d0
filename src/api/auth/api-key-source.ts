import { readFile, stat } from 'node:fs/promises';
import type { Logger } from '../../telemetry/logger.js';
import { type ApiKeyEntry, ApiKeys, ApiKeysError } from './api-keys.js';

/** Interval between checks of the file for changes. */
const CHECK_INTERVAL_MS = 2_000;

export interface ApiKeySourceOptions {
  /** Entries of the setting API_KEYS. */
  entries: readonly string[];
  /** API_KEYS_FILE: one entry per line. Ignores blank lines and lines that begin with `#`. */
  file: string | undefined;
  logger: Logger;
}

/**
 * The keys of API_KEYS and API_KEYS_FILE. Reloads a changed file, so keys are added and revoked without a restart. Keeps
 * the current keys and logs an error if the file becomes unreadable or invalid.
 */
export class ApiKeySource {
  private keys = ApiKeys.parse([]);
  private version: string | undefined;
  private checkedAt = 0;

  /** @param now a clock in milliseconds that is never set back. */
  private constructor(
    private readonly options: ApiKeySourceOptions,
    private readonly now: () => number,
  ) {}

  /** @throws ApiKeysError that names the location of each problem, never the content. */
  static async open(
    options: ApiKeySourceOptions,
    now: () => number = () => performance.now(),
  ): Promise<ApiKeySource> {
    const source = new ApiKeySource(options, now);
    await source.refresh();
    return source;
  }

  /** The current keys, at most 2 s old. */
  async current(): Promise<ApiKeys> {
    if (this.options.file !== undefined && this.now() - this.checkedAt >= CHECK_INTERVAL_MS) {
      await this.refresh().catch((error: unknown) => {
        this.options.logger.error({ err: error }, 'API_KEYS_FILE is invalid; keeping the current keys');
      });
    }
    return this.keys;
  }

  private async refresh(): Promise<void> {
    this.checkedAt = this.now();
    const { file, entries } = this.options;
    // Take the version before reading, so that a change during the read is detected by the next check.
    const version = file === undefined ? 'none' : await versionOf(file);
    if (version === this.version) return;
    const lines = file === undefined ? [] : await linesOf(file);
    // Only now, so that a file that could not be read is read again. An invalid one is not, until it changes.
    this.version = version;
    this.keys = ApiKeys.parse([
      ...entries.map((text, index) => ({ place: `API_KEYS entry ${index + 1}`, text })),
      ...lines,
    ]);
  }
}

async function versionOf(file: string): Promise<string> {
  // A change of the mode changes only the ctime.
  const { ino, size, mtimeMs, ctimeMs } = await stat(file).catch(unreadable);
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

async function linesOf(file: string): Promise<ApiKeyEntry[]> {
  const text = await readFile(file, 'utf8').catch(unreadable);
  return text
    .split('\n')
    .map((line, index) => ({ place: `API_KEYS_FILE line ${index + 1}`, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

function unreadable(cause: NodeJS.ErrnoException): never {
  throw new ApiKeysError([`API_KEYS_FILE cannot be read (${cause.code})`], { cause });
}
