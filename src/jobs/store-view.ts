import type { AdminStore } from '../contract/http/admin-schemas.js';
import type { KeptProbe } from '../storage/capability-probe.js';
import type { StoreCapabilities } from '../storage/multipart-store.js';

/**
 * Tells operators how large ZIPs are built on their store, and why.
 * @param known capabilities of a store that needs no probe.
 * @param probe null until a probe has a result.
 */
export function storeView(known: StoreCapabilities | null, probe: KeptProbe | null): AdminStore {
  const none = { capabilities: null, probedAt: null };
  if (known) return { ...none, zip: 'one_segment', reason: 'In a folder, one worker builds each ZIP.' };
  if (!probe) return { ...none, zip: 'unknown', reason: NOT_PROBED };
  const { capabilities, probedAt } = probe;
  const zip = capabilities.segments ? 'segments' : 'streamed';
  return { zip, reason: reasonOf(capabilities), capabilities, probedAt: probedAt.toISOString() };
}

const NOT_PROBED =
  'No probe has a result yet. A worker probes the store before a ZIP of more than 8 MiB, and streams it if the probe fails. ' +
  'The log of the worker tells why.';

function reasonOf({ segments, copies, copySums, joints }: StoreCapabilities): string {
  if (!segments)
    return (
      'The store refuses sparse or unequal parts, or spoils them. One worker streams each ZIP of more than 8 MiB. ' +
      'Workers probe the store again an hour after the last probe.'
    );
  if (!copies)
    return 'Several workers build a ZIP. They read every file, because the store copies no ranges.';
  if (!copySums)
    return 'Several workers build a ZIP. They read every file, because the store tells wrong checksums of copies.';
  if (!joints)
    return 'Several workers build a ZIP. The store copies large files that it knows, except 5 MiB of each.';
  return 'Several workers build a ZIP. The store copies large files that it knows.';
}
