import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** A program that a suite needs: where it is, or why it is not there. */
export type ServerProgram = { name: string } & ({ path: string } | { missing: string });

export interface SearchPlan {
  /** Environment variable that names the program's path; what it names is not looked for elsewhere. */
  variable: string;
  /** More paths, after PATH. */
  paths?: readonly string[];
  /** Installs the program and returns its path; the last resort. */
  install?: () => Promise<string>;
}

/** Finds the program `name`: by its variable, on PATH, at the known paths, else by installing it. */
export async function locate(
  name: string,
  { variable, paths = [], install }: SearchPlan,
): Promise<ServerProgram> {
  const wanted = process.env[variable];
  if (wanted)
    return (await isProgram(wanted)) ? { name, path: wanted } : missing(name, `${variable} names no program`);
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  for (const path of [...onPath, ...paths]) if (await isProgram(path)) return { name, path };
  try {
    if (install) return { name, path: await install() };
  } catch (error) {
    return missing(name, `${(error as Error).message}; or set ${variable}`);
  }
  return missing(name, `install it, or set ${variable}`);
}

/**
 * A suite that needs programs, whose paths it is given. Where one is missing the suite is skipped and says so in one
 * line; in CI it fails, because there a suite that does not run is a suite that nobody runs.
 */
export function describeWith(
  programs: ServerProgram | readonly ServerProgram[],
  title: string,
  suite: (...paths: string[]) => void,
): void {
  const needed = [programs].flat();
  const lacking = needed.flatMap((program) => ('missing' in program ? [program] : []));
  const why = lacking.map((program) => `${program.name} is missing: ${program.missing}`);
  if (lacking.length > 0 && process.env['CI']) {
    describe(title, () => test('has its programs', () => expect(why).toEqual([])));
    return;
  }
  for (const line of why) process.stderr.write(`skipped “${title}”: ${line}\n`);
  const run = lacking.length > 0 ? describe.skip : describe;
  run(title, () => suite(...needed.map((program) => ('path' in program ? program.path : ''))));
}

function missing(name: string, why: string): ServerProgram {
  return { name, missing: why };
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
