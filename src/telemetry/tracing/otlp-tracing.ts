import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { withLogFields } from '../../concurrency/log-fields.js';
import type { Logger } from '../logger.js';
import { OneLineAMinute } from './one-line-a-minute.js';
import { OtlpSpan, UnrecordedSpan } from './otlp-span.js';
import { Sampling } from './sampling.js';
import type { TraceContext } from '../../contract/tracing.js';
import type { Span, SpanOptions, Tracing } from './tracing.js';

/** Spans that wait for the collector; more are dropped. */
const QUEUE = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduledDelayMillis: 2_000 };

const LIMITS = {
  attributeCountLimit: 48,
  attributeValueLengthLimit: 256,
  eventCountLimit: 16,
  linkCountLimit: 4,
};

const SEND_MS = 5_000;
const STOP_MS = 2_000;

/** A slower request to the store has a span of its own. */
const SLOW_SECONDS = 1;
const UPLOAD_OPERATIONS = /MultipartUpload$/;

/** Spans of requests to the store of one activity. An archive may have 10,000 files. */
const MAX_STORE_SPANS = 64;

/** Sends spans to an OTLP collector. */
export class OtlpTracing implements Tracing {
  private readonly running = new AsyncLocalStorage<OtlpSpan | UnrecordedSpan>();
  private readonly ids = new GivenIds();
  private readonly provider: BasicTracerProvider;
  private readonly sampling: Sampling;

  constructor(
    endpoint: string,
    ratio: number,
    { service, version }: { service: string; version: string },
    logger: Logger,
  ) {
    this.sampling = new Sampling(ratio);
    diag.setLogger(new OneLineAMinute(logger, 'traces cannot be sent'), DiagLogLevel.WARN);
    const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    this.provider = new BasicTracerProvider({
      idGenerator: this.ids,
      // `Sampling` decides before a span is made.
      sampler: new AlwaysOnSampler(),
      spanLimits: LIMITS,
      resource: resourceFromAttributes({
        'service.name': service,
        'service.version': version,
        'service.instance.id': `${hostname()}:${process.pid}`,
      }),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: SEND_MS }), QUEUE)],
    });
  }

  admit(caller: TraceContext | undefined, rootSampled: boolean) {
    if (caller) {
      const sampled = this.sampling.ofCaller(caller);
      return { parent: { ...caller, sampled }, sampled };
    }
    const traceId = randomBytes(16).toString('hex');
    this.ids.traceId = traceId;
    return { sampled: rootSampled && this.sampling.ofRoot(traceId) };
  }

  start(name: string, sampled: boolean, { parent = this.current(), ...options }: SpanOptions): Span {
    if (!sampled) return new UnrecordedSpan(parent?.traceId ?? this.ids.generateTraceId());
    const context = parent
      ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true })
      : ROOT_CONTEXT;
    if (options.spanId) this.ids.spanId = options.spanId;
    const span = this.provider.getTracer('longhaul').startSpan(
      name,
      {
        kind: SpanKind[options.kind.toUpperCase() as keyof typeof SpanKind],
        ...(options.startedAt === undefined ? {} : { startTime: options.startedAt }),
        ...(options.link
          ? { links: [{ context: { ...options.link, traceFlags: TraceFlags.SAMPLED } }] }
          : {}),
      },
      context,
    );
    const own = new OtlpSpan(span);
    own.set(options.attributes ?? {});
    return own;
  }

  within<T>(span: Span, work: () => T): T {
    const { traceId, spanId } = span;
    return this.running.run(span as OtlpSpan, () => withLogFields({ traceId, spanId }, work));
  }

  current(): Span | undefined {
    return this.running.getStore();
  }

  storeRequest(operation: string, outcome: string, seconds: number): void {
    const parent = this.running.getStore();
    if (!(parent instanceof OtlpSpan)) return;
    parent.storeRequests += 1;
    parent.storeSeconds += seconds;
    const isNotable =
      (outcome !== 'ok' && outcome !== 'missing') ||
      seconds > SLOW_SECONDS ||
      UPLOAD_OPERATIONS.test(operation);
    if (!isNotable || parent.storeSpans >= MAX_STORE_SPANS) return;
    parent.storeSpans += 1;
    this.start(`S3 ${operation}`, true, {
      kind: 'client',
      parent,
      startedAt: Date.now() - seconds * 1_000,
      attributes: { ...parent.shared, 'rpc.system': 'aws-api', 'rpc.method': operation },
    }).end(outcome === 'ok' || outcome === 'missing' ? undefined : outcome);
  }

  async stop(): Promise<void> {
    const timer = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref());
    await Promise.race([this.provider.shutdown().catch(() => {}), timer]);
  }
}

/** Random ids, unless the next one is given. Spans start synchronously, so that no other span takes it. */
class GivenIds {
  traceId: string | undefined;
  spanId: string | undefined;

  generateTraceId = (): string => {
    const { traceId = randomBytes(16).toString('hex') } = this;
    this.traceId = undefined;
    return traceId;
  };

  generateSpanId = (): string => {
    const { spanId = randomBytes(8).toString('hex') } = this;
    this.spanId = undefined;
    return spanId;
  };
}
