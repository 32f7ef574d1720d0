import { UsageError } from '../errors.js';
import type { KeyFile } from './key-file.js';

/** Address of an API, and the caller's credentials. */
export interface Server {
  /** Normalized, without a slash at its end. */
  url: string;
  token: string | undefined;
  /** Name of the place where the token is from. */
  tokenFrom: string | undefined;
}

export const DEFAULT_URL = 'http://127.0.0.1:3000';
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * Finds the server and the key: `--url` or LONGHAUL_URL, else the server of the last login, else the default.
 * LONGHAUL_TOKEN and LONGHAUL_API_KEY win over a key that `login` kept. Empty values count as absent.
 * @throws UsageError, which never contains the key.
 */
export async function findServer(
  given: string | undefined,
  keys: KeyFile,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Server> {
  const named = given?.trim() || env['LONGHAUL_URL']?.trim();
  const source = given?.trim() ? '--url' : 'LONGHAUL_URL';
  const url = named ? serverUrl(named, source) : await lastUrl(keys);
  for (const name of ['LONGHAUL_TOKEN', 'LONGHAUL_API_KEY']) {
    const token = env[name]?.trim();
    if (token) return { url, token: checkedToken(token, name), tokenFrom: name };
  }
  const token = await keys.keyFor(url);
  if (token === undefined) return { url, token, tokenFrom: undefined };
  return { url, token: checkedToken(token, `The key in ${keys.path}`), tokenFrom: keys.path };
}

async function lastUrl(keys: KeyFile): Promise<string> {
  const url = await keys.lastUrl();
  return url === undefined ? DEFAULT_URL : serverUrl(url, `The server in ${keys.path}`);
}

/** Checks and normalizes the address of an API. @throws UsageError */
export function serverUrl(text: string, source: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new UsageError(`${source} must be an http or https URL, such as ${DEFAULT_URL}.`);
  }
  const url = new URL(text);
  if (url.username || url.password) {
    throw new UsageError(`${source} must not contain a name or password. Use longhaul login for the key.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** @throws UsageError, which does not contain the token. */
export function checkedToken(token: string, source: string): string {
  if (HEADER_TEXT.test(token)) return token;
  throw new UsageError(`${source} must have only printable ASCII characters, without spaces.`);
}

/** True if a token would pass networks in the clear. */
export function isExposed({ url, token }: Server): boolean {
  const { protocol, hostname } = new URL(url);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return token !== undefined && protocol === 'http:' && !isLoopback && !hostname.endsWith('.localhost');
}
