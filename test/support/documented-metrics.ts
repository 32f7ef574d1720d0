import { readFileSync } from 'node:fs';

export interface DocumentedMetric {
  name: string;
  type: string;
  labels: string[];
}

/** The rows of the table of metrics in docs/operations.md, an alias as a row of its own. */
export function documentedMetrics(): DocumentedMetric[] {
  const rows = readFileSync('docs/operations.md', 'utf8').matchAll(
    /^\| (`[^|]*) \| (counter|gauge|histogram) \| ([^|]*) \|/gm,
  );
  return [...rows].flatMap(([, names, type, labels]) =>
    codesIn(names!).map((name) => ({ name, type: type!, labels: codesIn(labels!) })),
  );
}

function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}
