import { UsageError } from './errors.js';

/** Address of the API, and the caller's credentials. */
export interface CliSettings {
  /** Has no trailing slash. */
  url: string;
  apiKey: string | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * Reads LONGHAUL_URL and LONGHAUL_API_KEY; an empty value counts as absent.
 * @throws UsageError, which never contains the key.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): CliSettings {
  const url = env['LONGHAUL_URL'] || DEFAULT_URL;
  const apiKey = env['LONGHAUL_API_KEY'] || undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError('LONGHAUL_URL must be an http or https URL, such as http://127.0.0.1:3000.');
  }
  if (apiKey !== undefined && !HEADER_TEXT.test(apiKey)) {
    throw new UsageError('LONGHAUL_API_KEY must have only printable ASCII characters, without spaces.');
  }
  return { url: url.replace(/\/+$/, ''), apiKey };
}
