import { MEASURED, PRODUCT, USED } from './measured.js';

/** The load of a deployment in its busiest hour. */
export interface Demand {
  jobsPerHour: number;
  /** Of a typical job. */
  files: number;
  /** Of all files of a typical job. */
  bytes: number;
  /** Pages that show a running job, at the same time. */
  openPages: number;
}

/** Machines for a demand. Sizes are bytes. */
export interface Size {
  slots: number;
  workers: { count: number; cores: number; memory: number };
  apis: { count: number; cores: number; memory: number };
  temporal: { cores: number };
  database: { bytes: number };
  store: { bytes: number };
  /** Bytes a second. */
  network: { workers: number; users: number };
}

const HOUR_SECONDS = 3_600;
const LARGE_ARCHIVE = 100 * 1024 ** 3;

/** Fewer servers than two stand still while one is replaced. */
const AT_LEAST = 2;

/** Returns the machines that a demand needs. `cores` and `memory` are those of one machine. */
export function sizeOf(demand: Demand): Size {
  const { files, bytes } = demand;
  const jobsPerSecond = demand.jobsPerHour / HOUR_SECONDS;
  const { slots, workers } = workersFor(demand, jobsPerSecond);
  const pollsPerSecond = demand.openPages / PRODUCT.pollSeconds;
  const apis = apisFor(demand.openPages, pollsPerSecond);
  return {
    slots,
    workers,
    apis,
    temporal: { cores: temporalCores(jobsPerSecond, pollsPerSecond, apis.count) },
    database: {
      bytes:
        jobsPerSecond *
        PRODUCT.retentionDays *
        24 *
        HOUR_SECONDS *
        (MEASURED.jobBytes + files * MEASURED.jobBytesPerFile),
    },
    store: { bytes: jobsPerSecond * PRODUCT.keptSeconds * bytes },
    network: { workers: 2 * jobsPerSecond * bytes, users: jobsPerSecond * bytes },
  };
}

function workersFor({ files, bytes }: Demand, jobsPerSecond: number): Pick<Size, 'slots' | 'workers'> {
  const seconds = bytes / MEASURED.slotBytesPerSecond + files * MEASURED.secondsPerFile;
  const coreSeconds = bytes / MEASURED.coreBytesPerSecond + files * MEASURED.coreSecondsPerFile;
  const slots = Math.max(1, Math.ceil((jobsPerSecond * seconds) / USED.builds));
  const count = Math.max(AT_LEAST, Math.ceil(slots / PRODUCT.slotsPerWorker));
  const partBytes = bytes >= LARGE_ARCHIVE ? PRODUCT.largePartBytes : PRODUCT.partBytes;
  const slotBytes = MEASURED.slotBytes + MEASURED.buffersPerSlot * partBytes;
  return {
    slots,
    workers: {
      count,
      cores: cores((jobsPerSecond * coreSeconds) / USED.builds / count),
      memory: MEASURED.workerBytes + PRODUCT.slotsPerWorker * slotBytes,
    },
  };
}

function apisFor(openPages: number, pollsPerSecond: number): Size['apis'] {
  const needed = pollsPerSecond / MEASURED.readsPerCore / USED.api;
  // One API uses one core.
  const count = Math.max(AT_LEAST, Math.ceil(needed), Math.ceil(openPages / PRODUCT.streamsPerApi));
  const memory = MEASURED.apiBytes + (openPages / count) * MEASURED.streamBytes;
  return { count, cores: cores(needed / count), memory };
}

/** Returns the cores of the Temporal server and its database together. */
function temporalCores(jobsPerSecond: number, pollsPerSecond: number, apis: number): number {
  const reads = Math.min(pollsPerSecond, apis * PRODUCT.readsPerApi);
  const queries = Math.min(reads, apis * PRODUCT.queriesPerApi);
  const share =
    jobsPerSecond / MEASURED.startsPerSecond +
    reads / MEASURED.describesPerSecond +
    queries / MEASURED.queriesPerSecond;
  return Math.max(MEASURED.temporalCores, cores((share * MEASURED.temporalCores) / USED.temporal));
}

/** Rounds up to half a core. */
function cores(needed: number): number {
  return Math.max(0.5, Math.ceil(needed * 2) / 2);
}
