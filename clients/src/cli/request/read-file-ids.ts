import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { UsageError } from '../errors.js';
import { fileIdOf, parseFileIds, type WantedFile } from './file-ids.js';

const STDIN = '-';

/**
 * Reads the files of a request, from arguments and lists in the order given.
 * @param ids `-` reads a list from standard input.
 * @param lists paths of lists, or `-`.
 */
export async function readFileIds(
  ids: readonly string[],
  lists: readonly string[],
  command: string,
): Promise<WantedFile[]> {
  const files: WantedFile[] = [];
  for (const id of ids.map((given) => given.trim())) {
    if (id === '') throw new UsageError('An empty file id was given.');
    files.push(...(id === STDIN ? await readList(STDIN) : [{ fileId: fileIdOf(id) }]));
  }
  for (const list of lists) files.push(...(await readList(list)));
  if (files.length > 0) return files;
  if (lists.length > 0 || ids.length > 0) throw new UsageError('The list has no file ids.');
  throw new UsageError(
    `No file ids given. Try: longhaul ${command} 70000 70001, or longhaul ${command} --from ids.txt`,
  );
}

async function readList(path: string): Promise<WantedFile[]> {
  if (path === STDIN) return parseFileIds(await text(process.stdin), 'standard input');
  try {
    return parseFileIds(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The list ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
