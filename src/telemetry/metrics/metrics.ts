import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import type { Definition, Labels } from './definition.js';
import type { Counter, Gauge, Histogram, Instruments } from './instruments.js';
import { Series } from './series.js';

type Values = Record<string, string>;
type AnyDefinition = Definition<'counter' | 'gauge' | 'histogram', Labels>;

/** Gauges of prom-client with the suffix of counters, which promtool rejects. Their counts by type remain. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The metrics of this process, in the text format of Prometheus. */
export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  private readonly registry = new Registry();
  private readonly refreshers: (() => Promise<void>)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /** Creates the instruments of a table of definitions. Counters exist at 0 from now on. */
  register<D extends Record<string, AnyDefinition>>(definitions: D): Instruments<D> {
    const instruments = Object.entries(definitions).map(([key, definition]) => [
      key,
      this.create(definition),
    ]);
    return Object.fromEntries(instruments) as Instruments<D>;
  }

  /** Runs `refresh` before each scrape, which fails when it rejects. */
  beforeScrape(refresh: () => Promise<void> | void): void {
    this.refreshers.push(async () => refresh());
  }

  async text(): Promise<string> {
    await Promise.all(this.refreshers.map((refresh) => refresh()));
    return this.registry.metrics();
  }

  private create(definition: AnyDefinition): Counter<Values> | Gauge<Values> | Histogram<Values> {
    if (definition.type === 'counter') return this.counter(definition);
    if (definition.type === 'gauge') return this.gauge(definition);
    return this.histogram(definition);
  }

  private counter(definition: AnyDefinition): Counter<Values> {
    const counters = [definition.name, definition.alias ?? []].flat().map((name) => {
      const metric = new PromCounter({ ...this.options(definition), name });
      return new Series(definition.labels, (values) => metric.labels(values));
    });
    for (const series of counters) {
      for (const values of definition.series ?? series.all()) series.of(values).inc(0);
    }
    return { add: (labels, by = 1) => counters.forEach((series) => series.of(labels).inc(by)) };
  }

  private gauge(definition: AnyDefinition): Gauge<Values> {
    const metric = new PromGauge(this.options(definition));
    const series = new Series(definition.labels, (values) => metric.labels(values));
    return { set: (labels, value) => series.of(labels).set(value) };
  }

  private histogram(definition: AnyDefinition): Histogram<Values> {
    const { buckets = [] } = definition;
    const metric = new PromHistogram({ ...this.options(definition), buckets: [...buckets] });
    const series = new Series(definition.labels, (values) => metric.labels(values));
    return { observe: (labels, value) => series.of(labels).observe(value) };
  }

  private options({ name, help, labels }: AnyDefinition) {
    return { name, help, labelNames: Object.keys(labels), registers: [this.registry] };
  }
}
