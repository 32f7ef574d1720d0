import type { Labels } from './definition.js';

/** Stands for a value that is not in the closed set of its label. */
const OTHER = 'other';

/**
 * The series of one metric by their label values. Keeps each one, because the lookup by names takes many times as long
 * as counting.
 */
export class Series<C> {
  private readonly names: string[];
  private readonly children = new Map<string, C>();

  /** @param create returns the series with these values. */
  constructor(
    private readonly labels: Labels,
    private readonly create: (values: Record<string, string>) => C,
  ) {
    this.names = Object.keys(labels);
  }

  of(values: Record<string, string>): C {
    let key = '';
    for (const name of this.names) key += `${values[name]}\n`;
    return this.children.get(key) ?? this.add(key, values);
  }

  /** Returns every combination of values; none when the values of a label are unknown. */
  all(): Record<string, string>[] {
    let all: Record<string, string>[] = [{}];
    for (const name of this.names) {
      all = all.flatMap((values) => (this.labels[name] ?? []).map((value) => ({ ...values, [name]: value })));
    }
    return all;
  }

  /** Keeps only known values, otherwise a wrong one from outside would fill the memory. */
  private add(key: string, values: Record<string, string>): C {
    const known = this.names.map((name) => [name, this.knownValue(name, values[name])] as const);
    const child = this.create(Object.fromEntries(known));
    if (known.every(([name, value]) => values[name] === value)) this.children.set(key, child);
    return child;
  }

  private knownValue(name: string, value = OTHER): string {
    const allowed = this.labels[name];
    return !allowed || allowed.includes(value) ? value : OTHER;
  }
}
