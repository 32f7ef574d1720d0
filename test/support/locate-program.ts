import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program that a suite needs: its path, or the reason why it is missing. */
export type ServerProgram = { name: string } & ({ path: string } | { missing: string });

export interface SearchPlan {
  /** Environment variable with the path of the program; when it is set, no other place is searched. */
  variable: string;
  /** More paths, after PATH. */
  paths?: readonly string[];
  /** Installs the program and returns its path; the last resort. */
  install?: () => Promise<string>;
}

/** Finds a program: by its variable, on PATH, at the known paths, or by installing it. */
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

function missing(name: string, why: string): ServerProgram {
  return { name, missing: why };
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
