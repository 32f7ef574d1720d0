/** Resources that some work used. */
export interface Cost {
  wallSeconds: number;
  /** User and system time of all threads, in seconds. */
  cpuSeconds: number;
  peakRssBytes: number;
}

const SAMPLE_MS = 100;

/** Runs `work` once and measures this process, which must do nothing else. */
export async function measure(work: () => Promise<void>): Promise<Cost> {
  // Samples the RSS, because the system's own peak includes that of the parent before the fork.
  let peakRssBytes = process.memoryUsage.rss();
  const sample = () => (peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss()));
  const sampling = setInterval(sample, SAMPLE_MS);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  sample();
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, peakRssBytes };
}
