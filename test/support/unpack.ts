import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ArchiveFormat } from '../../src/contract/job.js';

export interface UnpackedEntry {
  name: string;
  size: number;
  sha256: string;
  /** How a ZIP entry is compressed. */
  method: 'stored' | 'deflated' | null;
}

/** Reads every byte of every entry with Python's own zipfile or tarfile, which check the sums. */
const PYTHON = `
import hashlib, json, sys, tarfile, zipfile
path, kind = sys.argv[1:3]
def digest(stream):
    h = hashlib.sha256(); n = 0
    while chunk := stream.read(1 << 20):
        h.update(chunk); n += len(chunk)
    return h.hexdigest(), n
def row(name, stream, method=None):
    sum, size = digest(stream)
    print(json.dumps({"name": name, "size": size, "sha256": sum, "method": method}))
if kind == "zip":
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as stream:
                row(info.filename, stream, {0: "stored", 8: "deflated"}[info.compress_type])
else:
    with tarfile.open(path) as archive:
        for info in archive:
            row(info.name, archive.extractfile(info))
`;

/** What Python finds in an archive, in its order; rejects when it is not valid. */
export async function readWithPython(
  archive: Buffer | string,
  format: ArchiveFormat,
): Promise<UnpackedEntry[]> {
  return withFile(archive, async (path) => {
    const output = await run('python3', ['-c', PYTHON, path, format]);
    return output
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as UnpackedEntry);
  });
}

/** What Python reads of the first entry of a tar of which only the beginning is there. */
export async function firstTarHeader(beginning: Buffer): Promise<{ name: string; size: number }> {
  const script =
    'import json, sys, tarfile; i = tarfile.open(sys.argv[1]).next(); print(json.dumps({"name": i.name, "size": i.size}))';
  return withFile(
    beginning,
    async (path) => JSON.parse(await run('python3', ['-c', script, path])) as { name: string; size: number },
  );
}

/** Runs a command; rejects with its output when it fails. */
export async function run(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}${errors}`);
  return output;
}

async function withFile<T>(archive: Buffer | string, use: (path: string) => Promise<T>): Promise<T> {
  if (typeof archive === 'string') return use(archive);
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-unpack-'));
  try {
    const path = join(folder, 'archive');
    await writeFile(path, archive);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The names Info-ZIP's unzip finds after it has read and checked every byte. */
export async function listWithUnzip(archive: Buffer | string): Promise<string[]> {
  return withFile(archive, async (path) => {
    await run('unzip', ['-tqq', path]);
    return (await run('unzip', ['-Z1', path])).split('\n').filter(Boolean);
  });
}

/** The names that tar finds after it has read every byte. */
export async function listWithTar(archive: Buffer | string): Promise<string[]> {
  return withFile(archive, async (path) => {
    // Spelled as they are, else GNU tar writes bytes beyond ASCII as numbers.
    const listed = await run('tar', ['--quoting-style=literal', '-tf', path]);
    return listed.split('\n').filter(Boolean);
  });
}
