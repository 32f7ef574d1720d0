import type { DownloadRequest } from '../../client/index.js';
import type { Values } from '../arguments/parse.js';
import { UsageError } from '../errors.js';
import type { WantedFile } from './file-ids.js';
import { type Format, FORMATS } from './formats.js';

/** Format and name of the archive, by the name of the output. */
export interface NamedOutput {
  name?: string;
  format?: Format;
}

/** Makes the request of a download from its flags. */
export function downloadRequest(
  files: readonly WantedFile[],
  values: Values,
  output: NamedOutput = {},
): DownloadRequest {
  const format = values.format === undefined ? output.format : oneOf(FORMATS, values.format, '--format');
  const name = values.name ?? output.name;
  const priority =
    values.priority === undefined ? undefined : oneOf(PRIORITIES, values.priority, '--priority');
  const labels = labelsOf(values.label ?? []);
  return {
    ...(files.some((file) => file.name !== undefined)
      ? { files: [...files] }
      : { fileIds: files.map((file) => file.fileId) }),
    ...(format === undefined && name === undefined
      ? {}
      : { archive: { ...(format && { format }), ...(name !== undefined && { name }) } }),
    ...(values['skip-missing'] ? { onFileError: 'skip' as const } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(labels === undefined ? {} : { labels }),
  };
}

const LIST = new Intl.ListFormat('en', { type: 'disjunction' });
const PRIORITIES = ['standard', 'low'] as const;

function oneOf<T extends string>(choices: readonly T[], value: string, flag: string): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UsageError(`${flag} must be ${LIST.format(choices)}, not "${value}".`);
  return choice;
}

function labelsOf(texts: readonly string[]): Record<string, string> | undefined {
  if (texts.length === 0) return undefined;
  const labels = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--label must be NAME=VALUE, not "${text}".`);
    const name = text.slice(0, at);
    if (labels.has(name)) throw new UsageError(`--label gives "${name}" more than once.`);
    labels.set(name, text.slice(at + 1));
  }
  return Object.fromEntries(labels);
}
