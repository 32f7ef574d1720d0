import { buffer } from 'node:stream/consumers';
import { ZipArchive } from 'archiver';

const DATE = new Date('2026-06-21T12:00:00Z');

/** Creates a zip of the given files. The same files always give the same bytes. */
export async function zip(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = new ZipArchive();
  for (const [name, content] of Object.entries(files)) archive.append(content, { name, date: DATE });
  const [bytes] = await Promise.all([buffer(archive), archive.finalize()]);
  return bytes;
}
