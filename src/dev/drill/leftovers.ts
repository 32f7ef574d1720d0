import { Client, Connection } from '@temporalio/client';
import { sweepArtifacts } from '../../activities/sweep/sweep-artifacts.js';
import { jobIdFor } from '../../contract/names.js';
import { ARTIFACTS_PREFIX, folderOf, MARKER_KEY, PROBE_PREFIX, SUMS_PREFIX } from '../../storage/keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { StoreMarker } from '../../storage/store-marker.js';
import { createLogger } from '../../telemetry/logger.js';
import { TemporalJobLookup } from '../../temporal/jobs/job-lookup.js';
import { namespaceOf } from '../../temporal/setup/namespace.js';

/** A sweep leaves what is younger than an hour, so it runs as if this time had passed. */
const LATER_MS = 2 * 3_600_000;
const TTL_MS = 24 * 3_600_000;

export interface Leftovers {
  /** Runs of jobs beyond one for each key. */
  twice: number;
  /** Objects and uploads that no archive needs, after a sweep. */
  orphans: number;
}

/** Sweeps the store, and counts what should not be there, as Temporal and the store know it. */
export async function leftoversOf(
  {
    address,
    store,
    since,
    signal,
  }: { address: string; store: ObjectStore; since: Date; signal: AbortSignal },
  jobIds: ReadonlySet<string>,
): Promise<Leftovers> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const twice = await repeatedRuns(client, since, jobIds);
    const jobs = new TemporalJobLookup(client);
    const logger = createLogger('silent', 'longhaul-drill');
    const namespace = await namespaceOf(connection, client.options.namespace);
    const marker = new StoreMarker(store, namespace, logger);
    const deps = { store, marker, jobs, ttlMs: TTL_MS, now: () => Date.now() + LATER_MS, logger };
    const context = {
      runId: 'drill',
      activityId: 'drill',
      attempt: 1,
      isLastAttempt: true,
      lastHeartbeat: undefined,
      reportProgress: () => undefined,
      signal,
      logger,
    };
    await sweepArtifacts(deps, { handedOver: null }, context);
    return { twice, orphans: await countOrphans(store, jobs, signal) };
  } finally {
    await connection.close();
  }
}

async function repeatedRuns(client: Client, since: Date, jobIds: ReadonlySet<string>): Promise<number> {
  let runs = 0;
  const seen = new Set<string>();
  const query = `WorkflowType = 'downloadWorkflow' AND StartTime >= '${since.toISOString()}'`;
  // The probe has jobs too.
  for await (const { workflowId } of client.workflow.list({ query })) {
    if (!jobIds.has(jobIdFor(workflowId))) continue;
    runs++;
    seen.add(workflowId);
  }
  return runs - seen.size;
}

/** Counts objects outside the folders of archives, and unfinished uploads. No job runs now. */
async function countOrphans(
  store: ObjectStore,
  jobs: TemporalJobLookup,
  signal: AbortSignal,
): Promise<number> {
  let orphans = 0;
  const needed = new Map<string, boolean>();
  for await (const { key } of store.list(ARTIFACTS_PREFIX, { signal })) {
    if (isOfStore(key)) continue;
    const folder = folderOf(key);
    if (!needed.has(folder)) needed.set(folder, await holdsArchive(folder, jobs, signal));
    if (!needed.get(folder)) orphans++;
  }
  for await (const upload of store.listUploads(ARTIFACTS_PREFIX, signal)) {
    if (!upload.key.startsWith(PROBE_PREFIX)) orphans++;
  }
  return orphans;
}

/** Returns true for what a worker keeps about the whole store. */
function isOfStore(key: string): boolean {
  return key === MARKER_KEY || key.startsWith(SUMS_PREFIX) || key.startsWith(PROBE_PREFIX);
}

async function holdsArchive(folder: string, jobs: TemporalJobLookup, signal: AbortSignal): Promise<boolean> {
  const jobId = folder.split('/')[2] ?? '';
  const job = await jobs.lookUp(jobId, signal);
  return job.state === 'completed' && job.archiveKey !== null && folderOf(job.archiveKey) === folder;
}

/** Makes room for the next row. */
export async function removeArchives(store: ObjectStore, signal: AbortSignal): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(ARTIFACTS_PREFIX, { signal })) {
    if (!isOfStore(key)) keys.push(key);
  }
  if (keys.length > 0) await store.delete(keys, signal);
}
