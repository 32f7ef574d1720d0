import { Writable } from 'node:stream';
import type { Archiver } from 'archiver';

/** What archiver keeps its tar engine in; not part of its types. */
interface TarInside {
  _module: { engine: { destroying: boolean; entry(...args: unknown[]): Writable } };
}

/**
 * archiver pipes each body into a sink of the tar engine without listening to its errors, and begins a queued entry even
 * when the archive has been given up. Either would end the process, and every other build in it, for one entry that
 * failed. The error itself is not lost: body and archive tell of it.
 */
export function surviveFailedEntries(archive: Archiver): Archiver {
  const { engine } = (archive as unknown as TarInside)['_module'];
  const entry = engine.entry.bind(engine);
  engine.entry = (...args) => (engine.destroying ? nowhere() : entry(...args)).on('error', () => {});
  return archive;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
