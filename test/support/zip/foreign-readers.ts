import { join } from 'node:path';
import { run, withFile } from '../unpack.js';
import { locate, type ServerProgram } from '../locate-program.js';

const SOURCES = join(import.meta.dirname, 'readers');

/** An entry as a program read it. */
export interface ForeignEntry {
  archive: string;
  reader: string;
  name: string;
  size: number;
  crc32: number;
}

/** Programs that read the archives; all are needed. */
export function readerPrograms(): Promise<ServerProgram[]> {
  return locateAll('java', 'javac', 'go', 'python3', 'unzip', '7z', 'bsdtar');
}

/** Programs for `readWithJava`. */
export function javaPrograms(): Promise<ServerProgram[]> {
  return locateAll('java', 'javac');
}

function locateAll(...programs: string[]): Promise<ServerProgram[]> {
  return Promise.all(
    programs.map((name) =>
      locate(name, { variable: `${name.toUpperCase()}_PATH`, paths: [`/usr/local/go/bin/${name}`] }),
    ),
  );
}

/** Reads an archive with Java's ZipFile and ZipInputStream. */
export async function readWithJava(archive: Buffer, java: string): Promise<ForeignEntry[]> {
  const output = await withFile(archive, (path) => run(java, [join(SOURCES, 'ReadZip.java'), '-1', path]));
  return output.split('\n').filter(Boolean).map(parseEntry);
}

/**
 * Reads archives with Java, Go and Python. `folder` takes what is compiled.
 * @param maxSize larger entries are listed with the sum of their headers, by readers that go by the central directory.
 */
export async function readEntries(
  archives: readonly string[],
  folder: string,
  programs: readonly string[],
  { maxSize = Infinity } = {},
): Promise<ForeignEntry[]> {
  const [java, javac, go, python] = programs as [string, string, string, string];
  const binary = join(folder, 'read-zip');
  await Promise.all([
    run(javac, ['-d', folder, join(SOURCES, 'ReadZip.java')]),
    run(go, ['build', '-o', binary, join(SOURCES, 'read-zip.go')]),
  ]);
  const limit = maxSize === Infinity ? '-1' : String(maxSize);
  const outputs = await Promise.all([
    run(java, ['-cp', folder, 'ReadZip', limit, ...archives]),
    run(binary, [limit, ...archives]),
    run(python, [join(SOURCES, 'read-zip.py'), limit, ...archives]),
  ]);
  return outputs.flatMap((output) => output.split('\n').filter(Boolean).map(parseEntry));
}

function parseEntry(line: string): ForeignEntry {
  const [archive, reader, name, size, crc32] = line.split(' ') as [string, string, string, string, string];
  const text = Buffer.from(name, 'hex').toString();
  return { archive, reader, name: text, size: Number(size), crc32: Number(crc32) };
}

/** Tests an archive with unzip, 7z and bsdtar, from a file and from a pipe. Rejects with what they print. */
export async function testArchive(archive: string, programs: readonly string[]): Promise<void> {
  const [, , , , unzip, sevenZip, bsdtar] = programs as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  await run(unzip, ['-tqq', archive]);
  await run(sevenZip, ['t', '-bd', archive]);
  await run('sh', ['-c', '"$0" -xOf "$1" > /dev/null', bsdtar, archive]);
  await run('sh', ['-c', 'cat "$1" | "$0" -xOf - > /dev/null', bsdtar, archive]);
}
