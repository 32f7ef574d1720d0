import type { Definition, Labels, LabelValues } from './definition.js';

/** Counts events. */
export interface Counter<V> {
  /** @param by 1 by default. */
  add(labels: V, by?: number): void;
}

/** A number that rises and falls. */
export interface Gauge<V> {
  /** @param value NaN when it is unknown. */
  set(labels: V, value: number): void;
}

/** The distribution of measured values. */
export interface Histogram<V> {
  observe(labels: V, value: number): void;
}

type Definitions = Record<string, Definition<'counter' | 'gauge' | 'histogram', Labels>>;

/** The instruments of a table of definitions, under the same keys. */
export type Instruments<D extends Definitions> = {
  [K in keyof D]: D[K] extends Definition<infer T, infer L>
    ? {
        counter: Counter<LabelValues<L>>;
        gauge: Gauge<LabelValues<L>>;
        histogram: Histogram<LabelValues<L>>;
      }[T]
    : never;
};
