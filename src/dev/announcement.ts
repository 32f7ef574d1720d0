import { workflowIdFor } from '../contract/names.js';
import type { FilesInUse } from './files/files-in-use.js';
import type { RunningStack } from './stack/run-stack.js';

/** A download that has completed. */
export interface FinishedDownload {
  jobId: string;
  /** Permanent link to the archive. */
  link: string;
}

/** Returns everything that a user needs to know of the running stack, with a request to paste. */
export function announcement(
  stack: RunningStack,
  files: FilesInUse,
  needsKey: boolean,
  download?: FinishedDownload,
): string {
  const { baseUrl, logFiles, metrics, webhookSecretFile } = stack;
  const places: [string, string | undefined][] = [
    ['Page', `${baseUrl}/`],
    ['API', baseUrl],
    ['Docs', `${baseUrl}/docs/`],
    ['Web UI', webUi(stack, download?.jobId)],
    ['Archive', download?.link],
    ['Files', files.place],
    ['Archives', files.archives],
    ['Logs', logFiles.join('  ')],
    ['Metrics', metrics.join('  ')],
    ['Callbacks', webhookSecretFile && `signed with the secret in ${webhookSecretFile}`],
  ];
  const key = needsKey ? ` -H "authorization: Bearer $KEY"` : '';
  const list = files.listed ? `  ${longhaul(baseUrl, needsKey)} files    # lists the ids\n` : '';
  const fetchArchive = download ? `\n  curl -sL -o first-download.zip ${download.link}` : '';
  return `
Longhaul is ready.

${places.flatMap(([name, value]) => (value ? [`  ${name.padEnd(11)}${value}`] : [])).join('\n')}

${files.advice}

${list}  ${exampleCommand(longhaul(baseUrl, needsKey), files.example)}

The same with curl:

${exampleRequest(baseUrl, files.example, key)}${fetchArchive}

Ctrl-C stops everything. Jobs and files are kept.`;
}

/** Returns the page of a job in the Temporal Web UI, or of all jobs. */
export function webUi({ uiUrl, namespace }: RunningStack, jobId?: string): string {
  if (uiUrl === undefined) return 'see your Temporal server';
  const workflow = jobId === undefined ? '' : `/${encodeURIComponent(workflowIdFor(jobId))}`;
  return `${uiUrl}/namespaces/${namespace}/workflows${workflow}`;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';

/** Returns the command line for this API, ready to paste. */
function longhaul(baseUrl: string, needsKey: boolean): string {
  const url = baseUrl === DEFAULT_URL ? '' : `LONGHAUL_URL=${baseUrl} `;
  return `${url}${needsKey ? 'LONGHAUL_API_KEY=$KEY ' : ''}npx longhaul`;
}

function exampleCommand(command: string, { fileIds, name }: FilesInUse['example']): string {
  return `${command} download ${fileIds.join(' ')} -o ${name}.zip`;
}

function exampleRequest(baseUrl: string, { fileIds, name }: FilesInUse['example'], key: string): string {
  const ids = fileIds.map((id) => JSON.stringify(id)).join(', ');
  return `  curl -s ${baseUrl}/v1/download/initiate -H 'content-type: application/json'${key} \\
    -d '{"fileIds": [${ids}], "archive": {"name": "${name}"}}'`;
}
