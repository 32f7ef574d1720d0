import { LonghaulError } from '../client/index.js';
import { CommandError } from './errors.js';
import { oneLine } from './output/one-line.js';
import { version } from './version.js';

const MAX_FIELDS = 10;

/** Describes a failure: what happened, and what to do. Never with a stack. */
export function describe(error: unknown): string {
  if (error instanceof LonghaulError) return describeAnswer(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommandError || isOfSystem(error)) return message;
  return `${oneLine(message)}. This is a fault of longhaul ${version()}. Report it with what the command prints under DEBUG=1.`;
}

/** True for a failure of the system, such as a folder that cannot be written. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function describeAnswer({ code, message, errors, requestId, status }: LonghaulError): string {
  const fields = errors.length > 1 ? errors.slice(0, MAX_FIELDS) : [];
  const reference = requestId === null ? '' : ` (${code}, request ${requestId})`;
  const lines = [
    `${message}${reference}${adviceOn(code, status)}`,
    ...fields.map(({ path, message: reason }) => `  ${path}: ${reason}`),
  ];
  return lines.map(oneLine).join('\n');
}

function adviceOn(code: string, status: number | null): string {
  if (status === 401) return ' Sign in with longhaul login, or set LONGHAUL_API_KEY.';
  if (code === 'ROUTE_NOT_FOUND') return ' Check the path of the address, and the version of the server.';
  if (code !== 'BAD_ANSWER') return '';
  return ' Is this a Longhaul server? The address is from --url, LONGHAUL_URL or the last longhaul login.';
}
