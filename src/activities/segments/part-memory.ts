import { BUFFER_BYTES, bufferBytesOf } from '../../archive/zip/segment/part-writer.js';
import type { SegmentDependencies } from './dependencies.js';

/**
 * Runs work that holds parts in memory. With parts of the usual size it runs at once, because the number of builds limits
 * them. Work with larger parts waits for its turn at the memory that they take beyond that.
 * @param partSize bytes.
 */
export function withPartMemory<T>(
  { memory }: Pick<SegmentDependencies, 'memory'>,
  partSize: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const excess = bufferBytesOf(partSize) - BUFFER_BYTES;
  return excess > 0 ? memory.run(excess, signal, work) : work();
}
