import type {
  ArchiveInfo,
  BuildProgress,
  JobError,
  JobSnapshot,
  SegmentsSnapshot,
} from '../../contract/snapshot.js';
import type { PreparedChunk } from '../../contract/files.js';
import { sum } from './sum.js';

/** Events of a job. Times are milliseconds since the epoch by the workflow's clock. */
export type JobEvent =
  | { type: 'started'; at: number }
  | { type: 'delaying'; at: number; ms: number }
  | { type: 'preparing' }
  | { type: 'chunkPrepared'; chunk: PreparedChunk; skipped: number }
  | { type: 'waiting' }
  | { type: 'granted'; at: number }
  | { type: 'preparedAgain'; chunks: readonly PreparedChunk[]; skipped: number }
  | { type: 'building'; at: number }
  | { type: 'handedOver'; progress: BuildProgress }
  | { type: 'planned' }
  | { type: 'segmentHandedOver'; index: number; progress: BuildProgress }
  | { type: 'segmentEnded'; index: number; progress: BuildProgress }
  | { type: 'segmentBuilt'; index: number; bytes: number; files: number; attempt: number }
  | { type: 'publishing'; bytes: number; files: number; skipped: number; attempt: number }
  | { type: 'published'; attempt: number }
  | { type: 'completed'; at: number; archive: ArchiveInfo; archiveKey: string }
  | { type: 'failed'; at: number; error: JobError; attempts: number; reached: BuildProgress | null }
  | { type: 'cancelled'; at: number; reached: BuildProgress | null };

const NO_SEGMENTS: SegmentsSnapshot = { built: [], bytes: 0, files: 0, handedOver: {} };

/** Returns the state after an event. Pure. No counter ever decreases. */
export function reduce(state: JobSnapshot, event: JobEvent): JobSnapshot {
  switch (event.type) {
    case 'started':
      return { ...state, status: 'running', startedAt: timestamp(event.at), message: 'Started' };
    case 'delaying':
      return {
        ...state,
        phase: 'delaying',
        delayedUntil: timestamp(event.at + event.ms),
        message: `Delayed on purpose for ${Math.ceil(event.ms / 1_000)} s`,
      };
    case 'preparing':
      return { ...state, phase: 'preparing', message: `Looking up ${countOf(state.totalFiles)}` };
    case 'chunkPrepared':
      return withChunk(state, event.chunk, event.skipped);
    case 'waiting':
      return { ...state, phase: 'waiting', message: 'Waiting for one of your other downloads to finish' };
    case 'granted':
      return { ...state, status: 'running', startedAt: timestamp(event.at) };
    case 'preparedAgain':
      return {
        ...state,
        skippedFiles: event.skipped,
        bytesTotal: sum(event.chunks.map(({ bytes }) => bytes)),
        attempts: event.chunks.reduce((most, chunk) => Math.max(most, chunk.attempt), state.attempts),
      };
    case 'building':
      return {
        ...state,
        phase: 'building',
        buildStartedAt: timestamp(event.at),
        message: `Fetching ${countOf(state.totalFiles - state.skippedFiles)}`,
      };
    case 'handedOver':
      return reached(state, event.progress);
    case 'planned':
      return { ...state, segments: NO_SEGMENTS };
    case 'segmentHandedOver':
    case 'segmentEnded':
      return withHandOver(state, event.index, event.progress);
    case 'segmentBuilt':
      return withSegment(state, event);
    case 'publishing':
      return {
        ...state,
        status: 'processing_artifacts',
        phase: 'publishing',
        message: 'Packaging the download',
        bytesHighWater: Math.max(state.bytesHighWater, event.bytes),
        filesHighWater: Math.max(state.filesHighWater, event.files),
        skippedFiles: event.skipped,
        attempts: Math.max(state.attempts, event.attempt),
      };
    case 'published':
      return { ...state, attempts: Math.max(state.attempts, event.attempt) };
    case 'completed':
      return {
        ...ended(state, event.at),
        status: 'completed',
        message: completedMessage(event.archive),
        archive: event.archive,
        archiveKey: event.archiveKey,
      };
    case 'failed':
      return {
        ...ended(reached(state, event.reached), event.at),
        attempts: Math.max(state.attempts, event.attempts, event.reached?.attempts ?? 1),
        status: 'failed',
        message: event.error.message,
        error: event.error,
      };
    case 'cancelled':
      return {
        ...ended(reached(state, event.reached), event.at),
        status: 'cancelled',
        message: 'Cancelled',
      };
  }
}

function withChunk(state: JobSnapshot, chunk: PreparedChunk, skipped: number): JobSnapshot {
  const preparedFiles = state.preparedFiles + chunk.count;
  return {
    ...state,
    preparedFiles,
    skippedFiles: state.skippedFiles + skipped,
    bytesTotal: (state.bytesTotal ?? 0) + chunk.bytes,
    attempts: Math.max(state.attempts, chunk.attempt),
    message: `Looking up ${preparedFiles} of ${countOf(state.totalFiles)}`,
  };
}

/** Keeps the progress of a segment that was handed over, or ended, because no heartbeat reports it any more. */
function withHandOver(state: JobSnapshot, index: number, progress: BuildProgress): JobSnapshot {
  const { segments = NO_SEGMENTS } = state;
  const reachedThen = { bytes: progress.bytesHighWater, files: progress.filesHighWater };
  const handedOver = { ...segments.handedOver, [index]: reachedThen };
  const attempts = Math.max(state.attempts, progress.attempts);
  return withSegments({ ...state, attempts }, { ...segments, handedOver });
}

function withSegment(
  state: JobSnapshot,
  { index, bytes, files, attempt }: Extract<JobEvent, { type: 'segmentBuilt' }>,
): JobSnapshot {
  const { segments = NO_SEGMENTS } = state;
  const { [index]: _built, ...handedOver } = segments.handedOver;
  const total = { bytes: segments.bytes + bytes, files: segments.files + files };
  const attempts = Math.max(state.attempts, attempt);
  return withSegments({ ...state, attempts }, { built: [...segments.built, index], ...total, handedOver });
}

/** Adds up all segments, as a status does while they run. */
function withSegments(state: JobSnapshot, segments: SegmentsSnapshot): JobSnapshot {
  const parts = [segments, ...Object.values(segments.handedOver)];
  return {
    ...state,
    segments,
    bytesHighWater: Math.max(state.bytesHighWater, sum(parts.map(({ bytes }) => bytes))),
    filesHighWater: Math.max(state.filesHighWater, sum(parts.map(({ files }) => files))),
  };
}

/** Merges the final progress of a build, which only its heartbeats contained so far. */
function reached(state: JobSnapshot, progress: BuildProgress | null): JobSnapshot {
  if (!progress) return state;
  return {
    ...state,
    bytesHighWater: Math.max(state.bytesHighWater, progress.bytesHighWater),
    filesHighWater: Math.max(state.filesHighWater, progress.filesHighWater),
    attempts: Math.max(state.attempts, progress.attempts),
  };
}

function ended(state: JobSnapshot, at: number): JobSnapshot {
  return { ...state, phase: 'ended', completedAt: timestamp(at) };
}

function completedMessage(archive: ArchiveInfo): string {
  const skipped = archive.skipped === 0 ? '' : `, ${archive.skipped} skipped`;
  return `Ready: ${countOf(archive.files)}${skipped}`;
}

function countOf(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
