import { outcomesKey } from '../../storage/keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { BuildOutcome } from './build-outcome.js';
import { writeOutcomes } from './write-outcomes.js';

/** Timeout for removing the archive of a failed build. */
const REMOVE_MS = 5_000;

/**
 * Writes the outcome of each file beside a stored archive, and deletes the archive when that fails, because it will never
 * be used. Best effort: publishing and clean-up delete what remains.
 */
export async function recordOutcome(
  store: ObjectStore,
  keyOfArchive: string,
  outcome: BuildOutcome,
  signal: AbortSignal,
): Promise<void> {
  try {
    await writeOutcomes(store, keyOfArchive, outcome, signal);
    // A worker that was suspended beyond its timeout may notice only now.
    signal.throwIfAborted();
  } catch (error) {
    const removal = AbortSignal.timeout(REMOVE_MS);
    await store.delete([keyOfArchive, outcomesKey(keyOfArchive)], removal).catch(() => {});
    throw error;
  }
}
