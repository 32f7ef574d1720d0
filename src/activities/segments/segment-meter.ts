import type { BuildSegmentInput, SegmentProgress } from '../../contract/segments.js';
import type { ActivityContext } from '../as-activity.js';
import { BuildMeter } from '../build/build-meter.js';

/** Counts the source bytes and files of one segment. The high-water marks include earlier attempts. */
export class SegmentMeter extends BuildMeter {
  private readonly tries: number;
  private readonly segment: number;

  constructor(context: ActivityContext, input: BuildSegmentInput) {
    super(context, input.handedOver);
    this.segment = input.segment.index;
    this.tries = input.earlierAttempts + context.attempt;
  }

  override snapshot(): SegmentProgress {
    return { ...super.snapshot(), segment: this.segment, tries: this.tries };
  }
}
