import { noFilesLeft } from '../../archive/no-files-left.js';
import { finishArchive, type FinishedArchive } from '../../archive/zip/finish/finish-archive.js';
import { LIMITS, type Limits } from '../../archive/zip/limits.js';
import type { Plan } from '../../archive/zip/plan/plan.js';
import { planSegments } from '../../archive/zip/plan/plan-segments.js';
import { type SegmentResult, writeSegment } from '../../archive/zip/segment/write-segment.js';
import type { BuildArchiveInput } from '../../contract/activities.js';
import { errorCodeOf, LonghaulError } from '../../contract/errors.js';
import type { MissingFile, PreparedFile } from '../../contract/files.js';
import { archiveContentType } from '../../contract/media-types.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import { HeldUpload, MAX_HELD } from '../../storage/held-upload.js';
import { archiveKey, jobPrefix } from '../../storage/keys.js';
import { NO_CAPABILITIES, type StoreCapabilities } from '../../storage/multipart-store.js';
import type { ActivityContext } from '../as-activity.js';
import { newAttemptFolder } from '../attempt-folder.js';
import { crc32Text, sha256Text } from '../checksum-text.js';
import type { SegmentDependencies } from '../segments/dependencies.js';
import { entryTime } from '../segments/entry-time.js';
import { LostFiles } from '../segments/lost-files.js';
import { manifestOf } from '../segments/manifest-of.js';
import { MemorySide } from '../segments/memory-side.js';
import { noteSums } from '../segments/note-sums.js';
import { withPartMemory } from '../segments/part-memory.js';
import { STREAMED } from '../segments/plan-archive.js';
import { SegmentReader } from '../segments/segment-reader.js';
import { storedSize } from '../segments/stored-size.js';
import { canCopy, withSums } from '../segments/with-sums.js';
import { assertNotInBulk } from './assert-not-in-bulk.js';
import type { BuildMeter } from './build-meter.js';
import { BuildOutcome } from './build-outcome.js';
import { recordOutcome } from './record-outcome.js';

/** Bytes of an entry besides its file and its name, in both headers. */
const HEADERS = 256;
/** Deflate may add as much. */
const WORST_RATIO = 1.001;

type ZipDependencies = Omit<SegmentDependencies, 'capabilities'> & { capabilities: StoreCapabilities };

interface FilesOfBuild {
  /** In the order of the request. */
  files: PreparedFile[];
  /** Known to be missing. */
  missing: MissingFile[];
}

/**
 * Returns what the store can do for this archive; null when the engine does not build it. An archive of one part needs
 * nothing of the store, so a small job does not wait for a probe.
 */
export async function capabilitiesForZip(
  deps: SegmentDependencies,
  { archive }: BuildArchiveInput,
  files: readonly PreparedFile[],
  { signal, logger }: ActivityContext,
): Promise<StoreCapabilities | null> {
  const { engine, store } = deps;
  if (engine !== 'segments' || archive.format !== 'zip') return null;
  if (mostBytes(files) <= MAX_HELD) return NO_CAPABILITIES;
  if (store.knownCapabilities) return store.knownCapabilities;
  const probed = await deps.capabilities(signal);
  if (probed.segments) return probed;
  logger.info({ ...probed }, STREAMED);
  return null;
}

function mostBytes(files: readonly PreparedFile[]): number {
  return files.reduce((sum, { size, name }) => sum + WORST_RATIO * size + HEADERS + 2 * name.length, 0);
}

/** Builds a ZIP of one segment from plan to finish. What passes between the steps stays in memory. */
export async function zipArchive(
  deps: ZipDependencies,
  input: BuildArchiveInput,
  { files, missing }: FilesOfBuild,
  meter: BuildMeter,
  context: ActivityContext,
): Promise<BuiltArchive> {
  assertNotInBulk(missing, files.length + missing.length);
  if (files.length === 0) throw noFilesLeft(missing);
  const key = archiveKey(input.jobId, newAttemptFolder(context), 'zip');
  const upload = new HeldUpload(deps.store, key, {
    contentType: archiveContentType('zip'),
    checked: deps.capabilities.fullObjectChecked,
    expectedSize: files.reduce((total, file) => total + file.size, 0),
  });
  try {
    if (deps.store.knownCapabilities && mostBytes(files) > MAX_HELD) await upload.begin(context.signal);
    const plan = await planOf(deps, input, files);
    const build = new ZipBuild(deps, input, { plan, missing, key, upload }, meter, context);
    return await withPartMemory(deps, plan.partSize, context.signal, () => build.run());
  } catch (error) {
    await upload.abort();
    throw withRetry(error);
  }
}

async function planOf(deps: ZipDependencies, input: BuildArchiveInput, files: PreparedFile[]): Promise<Plan> {
  const copies = canCopy(deps, deps.capabilities);
  return planSegments(copies ? await withSums(deps, files) : files, {
    compression: input.archive.compression,
    time: entryTime(input),
    copies,
    oneSegment: true,
    limits: limitsOf(deps),
  });
}

/** A folder has no part numbers. Limits of them would only make large parts, of which several are in memory. */
function limitsOf({ store, limits = LIMITS }: ZipDependencies): Limits {
  return store.knownCapabilities ? { ...limits, maxParts: Infinity } : limits;
}

/** The next attempt begins another upload. */
function withRetry(error: unknown): unknown {
  if (!(error instanceof LonghaulError) || errorCodeOf(error) !== 'ARCHIVE_INCOMPLETE') return error;
  return new LonghaulError('STORAGE_UNAVAILABLE', error.message, { cause: error });
}

class ZipBuild {
  private readonly side: MemorySide;

  constructor(
    private readonly deps: ZipDependencies,
    private readonly input: BuildArchiveInput,
    private readonly archive: { plan: Plan; missing: MissingFile[]; key: string; upload: HeldUpload },
    private readonly meter: BuildMeter,
    private readonly context: ActivityContext,
  ) {
    this.side = new MemorySide(deps.sideObjects(jobPrefix(input.jobId), deps.capabilities));
  }

  async run(): Promise<BuiltArchive> {
    const { deps, side } = this;
    const { plan, missing, key } = this.archive;
    const { signal, attempt } = this.context;
    const segment = await this.writeSegment();
    const { finished, checksum } = await this.finish(segment);
    if (canCopy(deps, deps.capabilities))
      await noteSums(deps, { segments: [segment], entries: plan.entries, side }, signal);
    const outcome = new BuildOutcome([...missing, ...finished.lost]);
    const lost = new Set(finished.lost.map(({ index }) => index));
    outcome.included.push(...plan.entries.filter(({ index }) => !lost.has(index)));
    await recordOutcome(deps.store, key, outcome, signal);
    return { key, size: finished.size, checksum, ...outcome.totals(), attempt };
  }

  private async writeSegment(): Promise<SegmentResult> {
    const { deps, input, side, meter, context } = this;
    const { plan, missing, upload } = this.archive;
    const reader = new SegmentReader(deps.files, deps.source, meter);
    try {
      return await writeSegment(plan.segments[0]!, {
        entries: plan.entries,
        partSize: plan.partSize,
        half: 0,
        // Joints are in the store. Publishing keeps the folder of the archive only.
        prefix: `${newAttemptFolder(context)}/`,
        sink: upload,
        side,
        reader,
        onReadError: new LostFiles(input.onFileError, this.totalFiles, context, missing).onReadError,
        buffers: deps.buffers,
        signal: context.signal,
        onProgress: (bytes) => meter.reachBytes(bytes),
        limits: limitsOf(deps),
      });
    } finally {
      reader.close();
    }
  }

  private async finish(segment: SegmentResult): Promise<{ finished: FinishedArchive; checksum: string }> {
    const { deps, side, input } = this;
    const { plan, missing, upload, key } = this.archive;
    const { signal } = this.context;
    let sha256: string | undefined;
    const finished = await finishArchive([segment], {
      plan,
      sink: upload,
      side,
      buffers: deps.buffers,
      signal,
      manifest: manifestOf(input.jobId, missing, this.totalFiles),
      time: entryTime(input),
      complete: async (parts, { crc32 }) => {
        const whole = await upload.complete(parts, crc32, signal);
        if (whole) sha256 = sha256Text(whole);
      },
      storedSize: () => storedSize(deps.store, key, signal),
      isRepeated: false,
      limits: limitsOf(deps),
    });
    return { finished, checksum: sha256 ?? crc32Text(finished.crc32) };
  }

  private get totalFiles(): number {
    return this.archive.plan.entries.length + this.archive.missing.length;
  }
}
