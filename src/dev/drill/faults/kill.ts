import type { Row } from '../row.js';

const PARTS = ['api-1', 'worker-1', 'nginx', 'temporal', 'postgres', 'store'];

/** Kills a process as a crash of its machine would, and starts it again. */
export const killRows: readonly Row[] = PARTS.map((part) => ({
  name: `kill-${part.replace('-1', '')}`,
  inject: ({ topology }) => topology.part(part).kill(),
  heal: ({ topology, signal }) => topology.part(part).start(signal),
}));
