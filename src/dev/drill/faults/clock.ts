import { existsSync } from 'node:fs';
import type { Row } from '../row.js';

const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

/** One API lives an hour in the future, or in the past. Time that it measures runs as it should. */
export const clockRows: readonly Row[] = [row('clock-ahead', '+1h'), row('clock-behind', '-1h')];

function row(name: string, offset: string): Row {
  return {
    name,
    prepare: async () => {
      if (!LIBRARY) throw new Error(`${name} needs faketime (Debian: apt-get install faketime).`);
      return {};
    },
    inject: async ({ topology, signal }) => {
      await topology.part('api-1').stop();
      const env = { LD_PRELOAD: LIBRARY!, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
      await topology.part('api-1').start(signal, env);
    },
    heal: async ({ topology, signal }) => {
      await topology.part('api-1').stop();
      await topology.part('api-1').start(signal);
    },
  };
}
