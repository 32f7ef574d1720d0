import { attempt } from './attempt.js';
import { LonghaulError } from './errors.js';

/**
 * The base URL, with a slash at its end, otherwise a relative path would replace the last segment.
 * @param given absolute, or relative to the page; absent: the folder of the page.
 * @throws LonghaulError INVALID_REQUEST
 */
export function baseUrlOf(given: string | URL = '.'): URL {
  const { document, location } = globalThis as Partial<typeof globalThis>;
  const url = attempt(() => new URL(String(given).trim(), document?.baseURI ?? location?.href));
  if (!url || !/^https?:\/\/[^/@]+\//.test(url.href)) {
    const message = 'Use a URL like https://host.example.';
    throw new LonghaulError('INVALID_REQUEST', message);
  }
  return new URL(url.origin + url.pathname.replace(/\/?$/, '/'));
}
