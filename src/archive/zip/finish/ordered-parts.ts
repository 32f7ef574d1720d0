import type { Limits } from '../limits.js';
import type { SentPart } from '../ports.js';

/**
 * Sorts the parts of an archive by number.
 * @throws Error when the store would refuse them, or the archive would lack bytes.
 */
export function orderedParts(
  parts: readonly SentPart[],
  size: number,
  { minPart, maxParts }: Pick<Limits, 'minPart' | 'maxParts'>,
): SentPart[] {
  const ordered = parts.toSorted((a, b) => a.number - b.number);
  const small = ordered.slice(0, -1).find((part) => part.size < minPart);
  if (small) throw new Error(`Part ${small.number} has only ${small.size} bytes.`);
  if (ordered.some((part, i) => part.number === ordered[i + 1]?.number))
    throw new Error('Two parts of the archive have one number.');
  if (ordered.at(-1)!.number > maxParts) throw new Error(`The archive has a part ${ordered.at(-1)!.number}.`);
  const sent = ordered.reduce((sum, part) => sum + part.size, 0);
  if (sent !== size) throw new Error(`The parts of the archive have ${sent} bytes instead of ${size}.`);
  return ordered;
}
