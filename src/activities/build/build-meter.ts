import type { BuildProgress } from '../../contract/snapshot.js';
import type { ActivityContext } from '../as-activity.js';

/**
 * Counts the bytes and files of a build. It starts from the high-water marks of earlier attempts, taken from their last
 * heartbeat or a handover, so that the displayed progress never decreases when a build restarts.
 */
export class BuildMeter {
  private bytes = 0;
  private files = 0;
  private currentFile: string | null = null;
  private bytesHighWater: number;
  private filesHighWater: number;
  private readonly attempts: number;

  constructor(context: ActivityContext, handedOver: BuildProgress | null) {
    const earlier = (context.lastHeartbeat as BuildProgress | undefined) ?? handedOver;
    this.bytesHighWater = earlier?.bytesHighWater ?? 0;
    this.filesHighWater = earlier?.filesHighWater ?? 0;
    this.attempts = Math.max(context.attempt, earlier?.attempts ?? 1);
    context.reportProgress(() => this.snapshot());
  }

  /** Resets the counters, but not the high-water marks, because the build starts again with the first file. */
  restart(): void {
    this.bytes = 0;
    this.files = 0;
    this.currentFile = null;
  }

  startFile(name: string): void {
    this.currentFile = name;
  }

  /** @param bytes read since the last restart of the build; 0 at a restart. */
  reachBytes(bytes: number): void {
    if (bytes === 0) this.files = 0;
    this.bytes = bytes;
    this.bytesHighWater = Math.max(this.bytesHighWater, bytes);
  }

  addBytes(count: number): void {
    this.bytes += count;
    this.bytesHighWater = Math.max(this.bytesHighWater, this.bytes);
  }

  finishFile(): void {
    this.files += 1;
    this.filesHighWater = Math.max(this.filesHighWater, this.files);
  }

  snapshot(): BuildProgress {
    const { bytes, files, currentFile, bytesHighWater, filesHighWater, attempts } = this;
    return { bytes, files, currentFile, bytesHighWater, filesHighWater, attempts };
  }
}
