import type { BuildSegmentInput, SegmentProgress } from '../../contract/segments.js';
import type { ActivityContext } from '../as-activity.js';

/** Counts the source bytes and files of one segment. The high-water marks include earlier attempts. */
export class SegmentMeter {
  private bytes = 0;
  private files = 0;
  private currentFile: string | null = null;
  private bytesHighWater: number;
  private filesHighWater: number;
  private readonly attempts: number;
  private readonly tries: number;
  private readonly segment: number;

  constructor(context: ActivityContext, input: BuildSegmentInput) {
    const earlier = (context.lastHeartbeat as SegmentProgress | undefined) ?? input.handedOver;
    this.segment = input.segment.index;
    this.bytesHighWater = earlier?.bytesHighWater ?? 0;
    this.filesHighWater = earlier?.filesHighWater ?? 0;
    this.attempts = Math.max(context.attempt, earlier?.attempts ?? 1);
    this.tries = input.earlierAttempts + context.attempt;
    context.reportProgress(() => this.snapshot());
  }

  /** @param bytes Source bytes since the segment began; 0 when it begins anew. */
  reachBytes(bytes: number): void {
    if (bytes === 0) this.files = 0;
    this.bytes = bytes;
    this.bytesHighWater = Math.max(this.bytesHighWater, bytes);
  }

  readingFile(name: string): void {
    this.currentFile = name;
  }

  finishFile(): void {
    this.files += 1;
    this.filesHighWater = Math.max(this.filesHighWater, this.files);
  }

  snapshot(): SegmentProgress {
    const { bytes, files, currentFile, bytesHighWater, filesHighWater, attempts, segment, tries } = this;
    return { bytes, files, currentFile, bytesHighWater, filesHighWater, attempts, segment, tries };
  }
}
