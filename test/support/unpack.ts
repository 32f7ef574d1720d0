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
  /** Bytes of a ZIP entry in the archive. */
  packed: number | null;
}

/** Reads every entry with Python's zipfile or tarfile, which verify checksums. */
const PYTHON = `
import hashlib, json, sys, tarfile, zipfile
path, kind = sys.argv[1:3]
def digest(stream):
    h = hashlib.sha256(); n = 0
    while chunk := stream.read(1 << 20):
        h.update(chunk); n += len(chunk)
    return h.hexdigest(), n
def row(name, stream, method=None, packed=None):
    sum, size = digest(stream)
    print(json.dumps({"name": name, "size": size, "sha256": sum, "method": method, "packed": packed}))
if kind == "zip":
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as stream:
                row(info.filename, stream, {0: "stored", 8: "deflated"}[info.compress_type], info.compress_size)
else:
    with tarfile.open(path) as archive:
        for info in archive:
            row(info.name, archive.extractfile(info))
`;

/** Lists the entries that Python reads from an archive, in order; rejects if it is invalid. */
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

/** Reads the first header of a truncated tar with Python. */
export async function firstTarHeader(beginning: Buffer): Promise<{ name: string; size: number }> {
  const script =
    'import json, sys, tarfile; i = tarfile.open(sys.argv[1]).next(); print(json.dumps({"name": i.name, "size": i.size}))';
  return withFile(
    beginning,
    async (path) => JSON.parse(await run('python3', ['-c', script, path])) as { name: string; size: number },
  );
}

/** Runs a command; rejects with its output if it fails. */
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

/** Runs `use` with the path of an archive. */
export async function withFile<T>(archive: Buffer | string, use: (path: string) => Promise<T>): Promise<T> {
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

/** Verifies an archive with Info-ZIP's unzip and lists its names. */
export async function listWithUnzip(archive: Buffer | string): Promise<string[]> {
  return withFile(archive, async (path) => {
    await run('unzip', ['-tqq', path]);
    return (await run('unzip', ['-Z1', path])).split('\n').filter(Boolean);
  });
}

/** Reads an archive with tar and lists its names. */
export async function listWithTar(archive: Buffer | string): Promise<string[]> {
  return withFile(archive, async (path) => {
    // Literal style, otherwise GNU tar escapes non-ASCII bytes.
    const listed = await run('tar', ['--quoting-style=literal', '-tf', path]);
    return listed.split('\n').filter(Boolean);
  });
}
