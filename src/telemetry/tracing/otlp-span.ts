import { randomBytes } from 'node:crypto';
import { type Span as SdkSpan, SpanStatusCode } from '@opentelemetry/api';
import { userHash } from '../user-hash.js';
import type { Attributes, Span } from './tracing.js';

const JOB_ID = 'longhaul.job.id';

/** A span that is recorded. */
export class OtlpSpan implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled = true;
  /** Attributes that its children share. */
  readonly shared: Attributes = {};
  storeRequests = 0;
  storeSeconds = 0;
  storeSpans = 0;

  constructor(private readonly span: SdkSpan) {
    ({ traceId: this.traceId, spanId: this.spanId } = span.spanContext());
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: Attributes): void {
    if (attributes[JOB_ID] !== undefined) this.shared[JOB_ID] = attributes[JOB_ID];
    const { 'user.id': userId, ...rest } = attributes;
    this.span.setAttributes(rest);
    // Hashed, because collectors are open to more people than logs.
    if (userId !== undefined) this.span.setAttribute('user.hash', userHash(String(userId)));
  }

  end(error?: string): void {
    if (this.storeRequests > 0) {
      this.set({
        'longhaul.store.requests': this.storeRequests,
        'longhaul.store.seconds': Math.round(this.storeSeconds * 1_000) / 1_000,
      });
    }
    if (error !== undefined) {
      this.span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** Carries a trace that is not recorded, so that its id is in the logs. */
export class UnrecordedSpan implements Span {
  readonly spanId = randomBytes(8).toString('hex');
  readonly sampled = false;

  constructor(readonly traceId: string) {}

  rename(): void {}

  set(): void {}

  end(): void {}
}
