import { Readable } from 'node:stream';

const ROWS_PER_CHUNK = 2_000;
const START = Date.UTC(2026, 0, 1);
const SENSORS = ['harbour', 'lighthouse', 'pier', 'breakwater'];

/**
 * Generates a CSV of at least `minimumBytes` with one invented measurement per second. Streams the rows to keep memory
 * flat. The bytes are always the same.
 */
export function readings(minimumBytes: number): Readable {
  return Readable.from(chunks(minimumBytes), { objectMode: false });
}

function* chunks(minimumBytes: number): Generator<Buffer> {
  const noise = pseudoRandom(20_260_101);
  let bytes = 0;
  let row = 0;
  while (bytes < minimumBytes) {
    const lines = row === 0 ? ['time,sensor,temperature_c,humidity_percent,wind_m_s'] : [];
    for (const end = row + ROWS_PER_CHUNK; row < end; row++) lines.push(reading(row, noise));
    const chunk = Buffer.from(`${lines.join('\n')}\n`);
    bytes += chunk.length;
    yield chunk;
  }
}

function reading(row: number, noise: () => number): string {
  const time = new Date(START + row * 1_000).toISOString();
  const daily = Math.sin((row / 86_400) * 2 * Math.PI);
  const temperature = (9 + 6 * daily + noise()).toFixed(2);
  const humidity = (70 - 15 * daily + 4 * noise()).toFixed(1);
  return `${time},${SENSORS[row % SENSORS.length]},${temperature},${humidity},${(12 * noise()).toFixed(1)}`;
}

/** Returns a deterministic generator of numbers in [0, 1): linear congruential (Numerical Recipes, 7.1). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
