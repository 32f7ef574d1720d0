import { SettingsError } from '../../config/env.js';

export interface DemoSettings {
  /** Bytes of all files together. */
  bytes: number;
  /** Time in which they are served. */
  seconds: number;
}

const MEGABYTE = 1_000_000;

/** Disk space for the archive; large enough to watch, small enough for any machine. */
const DEFAULT_MEGABYTES = '240';
const DEFAULT_SECONDS = '40';

/** Reads DEMO_MEGABYTES and DEMO_SECONDS. @throws SettingsError */
export function demoSettings(env: NodeJS.ProcessEnv): DemoSettings {
  const megabytes = integer('DEMO_MEGABYTES', env['DEMO_MEGABYTES'] || DEFAULT_MEGABYTES, 100_000);
  const seconds = integer('DEMO_SECONDS', env['DEMO_SECONDS'] || DEFAULT_SECONDS, 3_600);
  return { bytes: megabytes * MEGABYTE, seconds };
}

function integer(name: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new SettingsError([`${name} must be a whole number from 1 to ${max}`]);
}
