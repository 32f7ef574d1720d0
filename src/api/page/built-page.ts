import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Browsers show this text instead of the page. */
export const NOT_BUILT =
  'The page is not built. Run `npm run build`, then reload. The API works without the page: see docs/\n';

/** Reads the page at each call, because a build may replace it. Returns undefined when there was no build. */
export async function readPage(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Returns the ETag of the page. It covers the policy: for an unchanged ETag Chromium keeps the policy that it stored, so
 * a new one would not apply.
 */
export function pageTag(html: string, policy: string): string {
  return `"${createHash('sha256').update(html).update(policy).digest('base64url')}"`;
}
