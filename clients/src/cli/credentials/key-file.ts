import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objectOf, optional, text } from '../answers/shapes.js';
import { CommandError, systemCode } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { writePrivateFile } from './private-file.js';
import { configFolder } from './user-folders.js';

/** Content of `config.json`: the server used last, and a key for each server. */
interface Config {
  url?: string;
  keys: Record<string, string>;
}

function isConfig(value: unknown): value is Partial<Config> {
  if (!objectOf({ url: optional(text), keys: optional(objectOf({})) })(value)) return false;
  return Object.values((value as Partial<Config>).keys ?? {}).every(text);
}

/** The keys that `login` keeps, one for each server. */
export class KeyFile {
  constructor(readonly path: string = join(configFolder(), 'config.json')) {}

  /** The server of the last `login`. */
  async lastUrl(): Promise<string | undefined> {
    return (await this.read()).url;
  }

  async keyFor(url: string): Promise<string | undefined> {
    const { keys } = await this.read();
    return Object.hasOwn(keys, url) ? keys[url] : undefined;
  }

  /** Keeps the key of a server, which becomes the default. Without a key, only the address is kept. */
  async keep(url: string, key: string | undefined): Promise<void> {
    const { keys } = await this.read();
    const { [url]: _old, ...others } = keys;
    await this.write({ url, keys: key === undefined ? others : { ...others, [url]: key } });
  }

  /** Forgets the key of a server. Returns false if there was none. */
  async forget(url: string): Promise<boolean> {
    const config = await this.read();
    const { [url]: key, ...keys } = config.keys;
    if (key === undefined && config.url !== url) return false;
    await this.write({
      ...(config.url === undefined || config.url === url ? {} : { url: config.url }),
      keys,
    });
    return key !== undefined;
  }

  private async write(config: Config): Promise<void> {
    try {
      await writePrivateFile(this.path, `${JSON.stringify(config, null, 2)}\n`);
    } catch (error) {
      const message = `The file of keys cannot be written: ${(error as Error).message}. Set LONGHAUL_API_KEY instead.`;
      throw new CommandError(EXIT.error, message, { cause: error });
    }
  }

  private async read(): Promise<Config> {
    try {
      const config: unknown = JSON.parse(await readFile(this.path, 'utf8'));
      if (!isConfig(config)) throw new Error('It is not what longhaul login writes.');
      return { ...config, keys: config.keys ?? {} };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return { keys: {} };
      const reason = error instanceof SyntaxError ? 'It is not valid JSON.' : (error as Error).message;
      throw new CommandError(
        EXIT.error,
        `The file of keys, ${this.path}, cannot be read. ${reason} Remove it and run longhaul login.`,
        { cause: error },
      );
    }
  }
}
