import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An empty project that installed the packed package `longhaul`. */
export class PackedClient {
  private constructor(
    readonly folder: string,
    readonly tarball: string,
  ) {}

  static async install(): Promise<PackedClient> {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: 'clients' });
    const tarball = join(folder, (JSON.parse(stdout) as [{ filename: string }])[0].filename);
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: folder });
    return new PackedClient(folder, tarball);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
