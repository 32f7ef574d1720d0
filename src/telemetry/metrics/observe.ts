import type { Definition, Labels } from './definition.js';
import type { Instruments } from './instruments.js';
import { Metrics } from './metrics.js';
import { SHARED_METRICS } from './shared-metrics.js';

type Definitions = Record<string, Definition<'counter' | 'gauge' | 'histogram', Labels>>;
type Shared = Instruments<typeof SHARED_METRICS>;
type Store = Parameters<Shared['storeRequests']['observe']>[0];
type Outbound = Parameters<Shared['outboundRequests']['observe']>[0];

/** The metrics of a process, with adapters for rooms that know no metrics. */
export interface Observed<D extends Definitions> {
  metrics: Metrics;
  instruments: Instruments<D> & Shared;
  /** Learns of each request to the store. */
  store: (operation: Store['operation'], outcome: Store['outcome'], seconds: number) => void;
  /** Learns of each request to other servers, for one purpose. */
  outbound: (purpose: Outbound['purpose']) => (outcome: Outbound['outcome'], seconds: number) => void;
}

/** Creates the metrics of a process: those of all processes and its own. */
export function observe<D extends Definitions>(
  definitions: D,
  build: { version: string; workflowBundle: string },
): Observed<D> {
  const metrics = new Metrics();
  const shared = metrics.register(SHARED_METRICS);
  shared.buildInfo.set({ version: build.version, workflow_bundle: build.workflowBundle }, 1);
  return {
    metrics,
    instruments: { ...metrics.register(definitions), ...shared },
    store: (operation, outcome, seconds) => shared.storeRequests.observe({ operation, outcome }, seconds),
    outbound: (purpose) => (outcome, seconds) =>
      shared.outboundRequests.observe({ purpose, outcome }, seconds),
  };
}
