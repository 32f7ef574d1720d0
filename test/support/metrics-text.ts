/** A scrape: the text format of Prometheus. */
export class MetricsText {
  /** Values by series as written, such as `a_total{b="c"}`. */
  readonly series = new Map<string, number>();
  /** Types by name. */
  readonly types = new Map<string, string>();

  constructor(readonly text: string) {
    for (const line of text.split('\n')) {
      const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (name) this.types.set(name, type!);
      const [, series, value] = /^([a-zA-Z_:][^ {]*(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      if (series) this.series.set(series, Number(value));
    }
  }

  /** The sum of a metric over all series with these labels. */
  sum(name: string, labels: Record<string, string> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const found = [...this.series].filter(
      ([series]) => series.replace(/\{.*/, '') === name && wanted.every((pair) => series.includes(pair)),
    );
    if (found.length === 0) return NaN;
    return found.reduce((total, [, value]) => total + value, 0);
  }
}

/** Returns the port in a service's log on which it serves metrics. */
export function metricsPortIn(log: string): string {
  return /"port":(\d+),"msg":"metrics ready"/.exec(log)?.[1] ?? '';
}

export async function scrape(port: string): Promise<MetricsText> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!response.ok) throw new Error(`No metrics on port ${port}: ${response.status}`);
  return new MetricsText(await response.text());
}
