import { type CommandError, notSaved, systemCode } from '../errors.js';

const REASONS: Record<string, string> = {
  ENOSPC: 'The disk is full. Free some space and run the same command again.',
  EDQUOT: 'The disk quota is used up. Free some space and run the same command again.',
  EFBIG: 'The file system takes no file of this size. Save to another one.',
  EACCES: 'Access was denied. Choose another place with -o.',
  EPERM: 'Access was denied. Choose another place with -o.',
  EROFS: 'The file system is read-only. Choose another place with -o.',
  ENOENT: 'The folder does not exist. Create it, or choose another place with -o.',
  ENOTDIR: 'The folder is a file. Choose another place with -o.',
  EISDIR: 'It is a folder. Choose another name with -o.',
  ENAMETOOLONG: 'The name is too long. Choose another one with -o.',
};

/** Describes why a file cannot be written. */
export function diskFailure(path: string, error: unknown): CommandError {
  const reason = REASONS[systemCode(error) ?? ''] ?? (error as Error).message;
  return notSaved(`${path} cannot be saved. ${reason}`, error);
}
