/** What some work took of this process. */
export interface Cost {
  wallSeconds: number;
  /** User and system time of all threads. */
  cpuSeconds: number;
  peakRssBytes: number;
}

const SAMPLE_MS = 100;

/** Does some work once and measures it. Meant for a process that does nothing else. */
export async function measure(work: () => Promise<void>): Promise<Cost> {
  // Sampled: the system's own peak begins with that of the parent from which the process was forked.
  let peakRssBytes = process.memoryUsage.rss();
  const sample = () => (peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss()));
  const sampling = setInterval(sample, SAMPLE_MS);
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  const wallSeconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  sample();
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, peakRssBytes };
}
