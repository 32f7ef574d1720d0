import { describe, expect, it } from '@jest/globals';
import { API_METRICS } from '../../../src/telemetry/metrics/api-metrics.js';
import { PROBE_METRICS } from '../../../src/telemetry/metrics/probe-metrics.js';
import { SHARED_METRICS } from '../../../src/telemetry/metrics/shared-metrics.js';
import { WORKER_METRICS } from '../../../src/telemetry/metrics/worker-metrics.js';
import { documentedMetrics } from '../../support/documented-metrics.js';

/** Each once: a table may repeat a metric of all processes. */
const DEFINITIONS = [
  ...new Set(
    [API_METRICS, WORKER_METRICS, PROBE_METRICS, SHARED_METRICS].flatMap((table) => Object.values(table)),
  ),
];

describe('Metrics in docs/operations.md', () => {
  it('lists every metric with its type and labels', () => {
    const defined = DEFINITIONS.flatMap((metric) => {
      const names = 'alias' in metric && metric.alias ? [metric.name, metric.alias] : [metric.name];
      return names.map((name) => ({ name, type: metric.type, labels: Object.keys(metric.labels) }));
    });
    expect(documentedMetrics().toSorted(byName)).toEqual(defined.toSorted(byName));
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
