import type { Size } from './size.js';

/** Returns a size as lines for a terminal. */
export function sizeTable({ slots, workers, apis, temporal, database, store, network }: Size): string {
  const machine = ({ cores, memory }: { cores: number; memory: number }) =>
    `${cores} ${cores > 1 ? 'cores' : 'core'} and ${bytes(memory)} each`;
  const lines: [string, string | number, string][] = [
    ['API servers', apis.count, machine(apis)],
    ['workers', workers.count, `${machine(workers)}; ${slots} builds at once are needed`],
    ['Temporal and its database', 1, `${temporal.cores} cores; ${bytes(database.bytes)} of disk, for 7 days`],
    ['object store', '', `${bytes(store.bytes)} of archives, kept for a day`],
    ['network', '', `${rate(network.workers)} between store and workers, ${rate(network.users)} to users`],
  ];
  return lines
    .map(([part, count, text]) => `${part.padEnd(27)}${String(count).padStart(4)}  ${text}`)
    .join('\n');
}

function rate(perSecond: number): string {
  return `${bytes(perSecond)}/s`;
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  const value = count / 1024 ** unit;
  return `${value.toFixed(value < 10 && unit > 2 ? 1 : 0)} ${units[unit]}`;
}
