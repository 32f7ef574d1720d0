import { CommandError } from '../errors.js';
import { EXIT } from '../exit-codes.js';

/** @throws CommandError for text that no job has as its id. In a path, `..` would lead to another route. */
export function checkedJobId(text: string): string {
  if (/^[\w-]+$/.test(text)) return text;
  throw new CommandError(EXIT.unknownJob, `There is no job "${text}". longhaul list shows the jobs.`);
}
