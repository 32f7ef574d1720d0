import type { Row } from '../row.js';

const ROUNDS = 2;

/** A worker hands builds over within 20 s after its grace time. */
const GRACE_MS = 30_000;

/** Stops and starts each process of Longhaul as a deploy does, workers first. */
export const rollingRestart: Row = {
  name: 'rolling-restart',
  oneAttempt: true,
  inject: async ({ topology, signal }) => {
    const names = Object.keys(topology.pids).filter((name) => /^(worker|api)-/.test(name));
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names.toSorted().toReversed()) {
        await topology.part(name).stop(GRACE_MS);
        await topology.part(name).start(signal);
      }
    }
  },
  heal: async () => undefined,
  lastsMs: 0,
};
