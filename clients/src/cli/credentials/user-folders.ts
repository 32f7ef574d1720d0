import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Folder of settings (XDG Base Directory Specification; relative values are invalid there). */
export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(xdg(env['XDG_CONFIG_HOME'], '.config'), 'longhaul');
}

/** Folder of what is remembered between runs. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(xdg(env['XDG_STATE_HOME'], '.local/state'), 'longhaul');
}

function xdg(value: string | undefined, fallback: string): string {
  return value && isAbsolute(value) ? value : join(homedir(), fallback);
}
