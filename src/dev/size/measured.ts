const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Measured on 29 November 2026, on two shared cores of an Intel Xeon, Node 20.20. Measure your own machine with
 * `npm run bench`, and change the numbers here.
 */
export const MEASURED = {
  /** Row P1 over TLS: 2 GiB in 9.0 s by two segments at once, with 9.9 s of processor time. */
  slotBytesPerSecond: 113 * MIB,
  coreBytesPerSecond: 206 * MIB,
  /** Row P2: 2,000 files of 64 KiB take 2.3 s of processor time, and 1.7 s by two segments at once. */
  secondsPerFile: 0.0011,
  coreSecondsPerFile: 0.0009,
  workerBytes: 250 * MIB,
  slotBytes: 64 * MIB,
  buffersPerSlot: 6,
  /** Status reads of one core: an estimate, until row P9 has a figure of a quiet machine. */
  readsPerCore: 1_000,
  /** Processes at rest and streams: from the design, not measured again. */
  apiBytes: 150 * MIB,
  streamBytes: 20 * KIB,
  /** A Temporal server on PostgreSQL, both on the same two cores. */
  temporalCores: 2,
  startsPerSecond: 125,
  describesPerSecond: 1_030,
  queriesPerSecond: 250,
  /** Of the database, for one job, and for each of its files: 144 jobs of the drill took 14 MB. */
  jobBytes: 90 * KIB,
  jobBytesPerFile: 100,
} as const;

/** Limits and defaults of Longhaul. */
export const PRODUCT = {
  slotsPerWorker: 5,
  partBytes: 8 * MIB,
  /** The size of parts for archives of 100 GiB and more. */
  largePartBytes: 12 * MIB,
  /** A segment is one build: a larger archive is several. */
  segmentBytes: 256 * MIB,
  streamsPerApi: 10_000,
  /** Reads of Temporal that one API causes at most. */
  readsPerApi: 160,
  queriesPerApi: 10,
  /** Mean of `nextPollInMs` of a job that runs for minutes. */
  pollSeconds: 6,
  keptSeconds: 86_400,
  retentionDays: 7,
} as const;

/** Share of its capacity that each part may use, so that a peak and a lost machine fit. */
export const USED = { builds: 0.7, api: 0.6, temporal: 0.7 } as const;
