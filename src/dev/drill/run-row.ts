import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import { alertsSince } from './alerts.js';
import { archiveFault } from './archives.js';
import type { Deployment, DeploymentOptions } from './deployment.js';
import { waitForEnds } from './ends.js';
import { leftoversOf, removeArchives } from './leftovers.js';
import { Load } from './load.js';
import { type Result, resultOf } from './result.js';
import type { Row } from './row.js';

export interface DrillOptions extends DeploymentOptions {
  /** Starts a second. */
  rate: number;
  seconds: number;
}

const FAULT_MS = 10_000;

/** Time without the end of any job after which those still open are lost. */
const PATIENCE_MS = 180_000;

const CHECKED_AT_ONCE = 2;

/** Loads a deployment, breaks it, repairs it, and checks every job and archive. Removes the archives. */
export async function runRow(
  row: Row,
  { topology, folder, store, orders, requests }: Deployment,
  { rate, seconds, print, signal }: DrillOptions,
): Promise<Result> {
  const { baseUrl, temporal, prometheus } = topology.addresses;
  const since = new Date();
  const load = new Load({ name: row.name, baseUrl, rate, seconds, requests, signal });
  const loading = load.run();
  // Awaited below; an early failure must not end the process.
  loading.catch(() => undefined);
  const someJob = () => load.posted.findLast(({ jobId }) => jobId !== undefined)?.jobId;
  const target = { topology, folder, signal, someJob };
  const thirdMs = (seconds * 1_000) / 3;
  await delay(thirdMs, undefined, { signal });
  print(`${row.name}: fault`);
  const injectedAt = performance.now();
  await row.inject(target);
  await delay(Math.min(row.lastsMs ?? FAULT_MS, thirdMs), undefined, { signal });
  await row.heal(target);
  const healedAt = performance.now();
  print(`${row.name}: repaired`);
  await loading;
  const accepted = load.posted.flatMap(({ jobId, kind }) => (jobId === undefined ? [] : { jobId, kind }));
  print(`${row.name}: waiting for ${accepted.length} jobs`);
  const jobIds = accepted.map(({ jobId }) => jobId);
  const statuses = await waitForEnds(baseUrl, jobIds, PATIENCE_MS, signal);
  const alerts = await alertsSince(prometheus, since);
  print(`${row.name}: checking archives`);
  const completed = accepted.filter(({ jobId }) => statuses.get(jobId)?.status === 'completed');
  const check = ({ jobId, kind }: (typeof completed)[number]) =>
    archiveFault(baseUrl, jobId, orders[kind], folder);
  const faults = await pMap(completed, check, { concurrency: CHECKED_AT_ONCE, signal });
  const leftovers = await leftoversOf({ address: temporal, store, since, signal }, new Set(jobIds));
  await removeArchives(store, signal);
  return resultOf(row, { load, injectedAt, healedAt, statuses, faults, leftovers, alerts });
}
