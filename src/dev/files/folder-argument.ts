import { resolve } from 'node:path';
import { folderProblem } from '../../config/files-folder.js';

/** The folder given to `npm start` cannot be served. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable';
}

/**
 * Returns the absolute path of the folder in the arguments of `npm start`; undefined without arguments.
 * @param from folder that relative paths refer to.
 * @throws FolderUnusable with one line.
 */
export async function folderArgument(
  args: readonly string[],
  from: string,
  dataDir: string,
): Promise<string | undefined> {
  const [argument] = args;
  if (argument === undefined) return undefined;
  if (args.length > 1 || argument === '' || argument.startsWith('-')) {
    throw new FolderUnusable('Usage: npm start, or npm start -- ./folder to serve the files of one folder');
  }
  const folder = resolve(from, argument);
  const problem = await folderProblem(folder, dataDir);
  if (problem !== null) throw new FolderUnusable(`The folder ${folder} ${problem}. Choose another one.`);
  return folder;
}
