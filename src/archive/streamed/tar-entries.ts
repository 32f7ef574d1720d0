import { Writable } from 'node:stream';
import type { Archiver } from 'archiver';

/** The private field in which archiver keeps its tar engine; its types omit it. */
interface TarInternals {
  _module: { engine: { destroying: boolean; entry(...args: unknown[]): Writable } };
}

/**
 * Keeps a failed tar entry from crashing the process, and with it every other build. Archiver pipes each body into a
 * sink of the tar engine without listening for the sink's errors, and starts a queued entry on a destroyed archive.
 * No error is lost, because the body and the archive emit it as well.
 */
export function surviveFailedEntries(archive: Archiver): Archiver {
  const { engine } = (archive as unknown as TarInternals)['_module'];
  const entry = engine.entry.bind(engine);
  engine.entry = (...args) => (engine.destroying ? discard() : entry(...args)).on('error', () => {});
  return archive;
}

function discard(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
