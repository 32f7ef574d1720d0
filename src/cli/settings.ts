import { UsageError } from './errors.js';

/** Where the API is, and who asks. */
export interface CliSettings {
  /** Without a slash at its end. */
  url: string;
  apiKey: string | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * Reads LONGHAUL_URL and LONGHAUL_API_KEY; an empty value counts as absent.
 * @throws UsageError that never repeats the key.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): CliSettings {
  const url = env['LONGHAUL_URL'] || DEFAULT_URL;
  const apiKey = env['LONGHAUL_API_KEY'] || undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError('LONGHAUL_URL must be an http or https URL, such as http://127.0.0.1:3000.');
  }
  if (apiKey !== undefined && !HEADER_TEXT.test(apiKey)) {
    throw new UsageError('LONGHAUL_API_KEY must have printable ASCII characters only, without blanks.');
  }
  return { url: url.replace(/\/+$/, ''), apiKey };
}
