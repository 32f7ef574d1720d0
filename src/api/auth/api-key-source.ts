import { readFile, stat } from 'node:fs/promises';
import type { Logger } from '../../telemetry/logger.js';
import { type ApiKeyEntry, ApiKeys, ApiKeysError } from './api-keys.js';

/** How long a change of the file may go unnoticed. */
const CHECK_EVERY_MS = 2_000;

export interface ApiKeySourceOptions {
  /** Entries of the setting API_KEYS. */
  entries: readonly string[];
  /** API_KEYS_FILE: one entry a line, blank lines and those that begin with `#` left out. */
  file: string | undefined;
  logger: Logger;
}

/**
 * The keys of the settings and of a file, which is read again when it has changed: keys are added and taken away
 * without a restart. A file that has become unreadable or wrong changes nothing, and is complained of in the log.
 */
export class ApiKeySource {
  private keys = ApiKeys.parse([]);
  private version: string | undefined;
  private checkedAt = 0;

  /** @param now a clock in milliseconds since the epoch. */
  private constructor(
    private readonly options: ApiKeySourceOptions,
    private readonly now: () => number,
  ) {}

  /** @throws ApiKeysError naming what is wrong and where, never the content. */
  static async open(options: ApiKeySourceOptions, now: () => number = Date.now): Promise<ApiKeySource> {
    const source = new ApiKeySource(options, now);
    await source.refresh();
    return source;
  }

  /** The keys as of a moment ago. */
  async current(): Promise<ApiKeys> {
    if (this.options.file !== undefined && this.now() - this.checkedAt >= CHECK_EVERY_MS) {
      await this.refresh().catch((error: unknown) => {
        this.options.logger.error({ err: error }, 'API_KEYS_FILE is wrong: the keys stay as they were');
      });
    }
    return this.keys;
  }

  private async refresh(): Promise<void> {
    this.checkedAt = this.now();
    const { file, entries } = this.options;
    // Before the file is read: what changes meanwhile is markChanged the next time.
    const version = file === undefined ? 'none' : await versionOf(file);
    if (version === this.version) return;
    this.version = version;
    const lines = file === undefined ? [] : await linesOf(file);
    this.keys = ApiKeys.parse([
      ...entries.map((text, index) => ({ place: `API_KEYS entry ${index + 1}`, text })),
      ...lines,
    ]);
  }
}

async function versionOf(file: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(file).catch(unreadable);
  return `${ino} ${size} ${mtimeMs}`;
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
