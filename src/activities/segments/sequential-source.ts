import type { PinnedSource, PreparedFile } from '../../contract/files.js';

/** A source that the engine reads from the beginning, although it can resume. */
type SequentialSource = PinnedSource & { resumes?: boolean };

/** Hides from the engine that a server takes ranges, because `FileSource` only opens whole files. */
export function asSequential<F extends Pick<PreparedFile, 'source'>>(file: F): F {
  const { source } = file;
  if (source.kind === 'object') return file;
  const sequential: SequentialSource = { ...source, ranges: false, resumes: source.ranges };
  return { ...file, source: sequential };
}

/** Returns the source as it was before `asSequential`. */
export function asPinned(source: SequentialSource): PinnedSource {
  if (source.kind === 'object') return source;
  const { resumes, ...pinned } = source;
  return { ...pinned, ranges: resumes ?? pinned.ranges };
}
