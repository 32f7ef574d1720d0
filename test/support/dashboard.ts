import { readFileSync } from 'node:fs';

export const DASHBOARD = 'deploy/grafana/dashboards/longhaul.json';

interface Queried {
  expr?: string;
}

/** The queries of all panels and annotations; Grafana's interval is a number of minutes. */
export function dashboardQueries(): string[] {
  const { panels, annotations } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
    panels: { targets?: Queried[] }[];
    annotations: { list: Queried[] };
  };
  const queried = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list];
  return queried.flatMap(({ expr = [] }) => expr).map((expr) => expr.replaceAll('$__rate_interval', '5m'));
}

/** The queries that the runbook tells to run. */
export function runbookQueries(): string[] {
  const text = readFileSync('docs/runbook.md', 'utf8');
  return [...text.matchAll(/^q '(.*)'$|`q '(.*?)'`/gm)].map(([, inBlock, inText]) => inBlock ?? inText!);
}
