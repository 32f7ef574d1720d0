/**
 * The maximum age of a status, in one table.
 *
 * The rule: a status is at most `min(1 s, 5 % of the job's age)` old, and at least as fresh as any status that the same
 * server has shown. While Temporal is slow or unavailable, the last view serves for up to 8 s, marked `stale`.
 *
 * `nextPollInMs` is never shorter than the maximum age of a status (`pollFloorMs`). So each poll of a client that honors
 * it reads newer data than the poll before, on any number of servers: progress never goes back.
 */

/** The oldest view that is served without another read, at any age of the job. */
const MAX_AGE_MS = 1_000;

/** Share of the job's age that a view may be old: a job that started just now changes fast. */
const MAX_AGE_SHARE = 0.05;

/** The oldest view that serves while Temporal is slow or unavailable, or while clients ask for more reads than the budget. */
export const MAX_STALE_MS = 8_000;

/**
 * A read that takes longer is slow: the last view answers, and the read refreshes the cache for the next request. With
 * few polled jobs, a fresh answer is worth the wait, also for a query that times out (`QUERY_TIMEOUT_MS`). With many,
 * clients must not queue up behind a busy Temporal server.
 */
const SLOW_READ_MS = 1_500;
const SLOW_READ_BUSY_MS = 100;
const BUSY_POLLED_JOBS = 100;

/** Reads of one server in a second, for clients that ignore `nextPollInMs`. One read costs Temporal about 1 ms of CPU. */
export const READS_PER_SECOND = 250;

/** Reads of one server in a second that polls at `nextPollInMs` and streams may cause, below the budget above. */
const PACED_READS_PER_SECOND = 160;

/** The period in which a job counts as polled: more than twice the longest interval between two polls. */
export const POLLED_WITHIN_MS = 120_000;

/** The shortest interval between two polls of one client. */
const POLL_FLOOR_MS = 500;

/** The shortest interval after a stale status: this server, or Temporal, has more to do than it can. */
const STALE_POLL_FLOOR_MS = 2_000;

/** The longest interval that load imposes on clients, before jitter. */
const POLL_CEILING_MS = 30_000;

/** The interval at which a watched job is read, for streams and held requests, unless load demands a longer one. */
export const WATCH_INTERVAL_MS = 250;

/** Views that one server remembers. */
export const MAX_VIEWS = 20_000;

/** Jobs younger than this are not queried: their memo is rewritten at every phase, and a query would slow them down. */
export const QUERY_MIN_AGE_MS = 1_000;

/** Queries of one server in a second. A query costs three reads, and the time of the worker that builds the archives. */
export const QUERIES_PER_SECOND = 10;

/** A worker that takes longer to answer a query counts as absent, and opens the breaker. */
export const QUERY_TIMEOUT_MS = 1_200;

/** The wait for a busy worker when another query succeeded within `WORKER_SEEN_MS`: the memo is nearly as fresh. */
export const BUSY_QUERY_MS = 50;
export const WORKER_SEEN_MS = 1_000;

/** The time between two probes while the breaker is open. */
export const PROBE_INTERVAL_MS = 1_000;

/** The oldest view that a job of this age is served with. @param jobAgeMs milliseconds since the job was created. */
export function maxAgeMs(jobAgeMs: number): number {
  return Math.min(MAX_AGE_MS, jobAgeMs * MAX_AGE_SHARE);
}

/** The time after which a read counts as slow. @param polledJobs jobs that clients of this server poll or watch now. */
export function slowReadMs(polledJobs: number): number {
  return polledJobs < BUSY_POLLED_JOBS ? SLOW_READ_MS : SLOW_READ_BUSY_MS;
}

/**
 * The shortest interval between two polls of one client, before jitter.
 * @param jobAgeMs milliseconds since the job was created.
 * @param polledJobs jobs that clients of this server poll or watch now.
 * @param stale true for a view that is older than the rule allows.
 */
export function pollFloorMs(jobAgeMs: number, polledJobs: number, stale = false): number {
  const floor = stale ? STALE_POLL_FLOOR_MS : POLL_FLOOR_MS;
  return Math.max(floor, maxAgeMs(jobAgeMs), pacedMs(polledJobs));
}

/** The interval between two reads of one job at which all polled jobs together stay within the paced reads. */
export function pacedMs(polledJobs: number): number {
  return Math.min(POLL_CEILING_MS, Math.round((polledJobs / PACED_READS_PER_SECOND) * 1_000));
}
