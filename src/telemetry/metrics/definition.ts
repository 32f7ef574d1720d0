/**
 * Labels of a metric with all values that each may have, so that no request can create a series. Null stands for values
 * that only the code supplies, such as the patterns of routes.
 */
export type Labels = Record<string, readonly string[] | null>;

/** One value for each label. */
export type LabelValues<L extends Labels> = {
  [N in keyof L]: L[N] extends readonly string[] ? L[N][number] : string;
};

/** Name, meaning and labels of a metric. The text is shown by Prometheus and in docs/operations.md. */
export interface Definition<T extends 'counter' | 'gauge' | 'histogram', L extends Labels> {
  type: T;
  name: string;
  help: string;
  labels: L;
  /** Upper bounds of a histogram, ascending. */
  buckets?: readonly number[];
  /** Second name of the same counter. */
  alias?: string;
  /** The only combinations of values that a counter starts with; all of them by default. */
  series?: readonly Record<string, string>[];
}

type CounterOptions = Pick<Definition<'counter', Labels>, 'alias' | 'series'>;

export function counter<const L extends Labels>(
  name: string,
  help: string,
  labels: L,
  options: CounterOptions = {},
) {
  return { type: 'counter', name, help, labels, ...options } as const satisfies Definition<'counter', L>;
}

export function gauge<const L extends Labels>(name: string, help: string, labels: L) {
  return { type: 'gauge', name, help, labels } as const satisfies Definition<'gauge', L>;
}

export function histogram<const L extends Labels>(
  name: string,
  help: string,
  labels: L,
  buckets: readonly number[],
) {
  return { type: 'histogram', name, help, labels, buckets } as const satisfies Definition<'histogram', L>;
}
