import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers, Part } from './part.js';

const SHIPPED = fileURLToPath(new URL('../../../deploy/prometheus', import.meta.url));

/**
 * Returns Prometheus with the shipped rules.
 * @param targets addresses `host:port` by scrape job.
 */
export async function prometheus(
  program: string,
  folder: string,
  port: number,
  targets: Record<string, readonly string[]>,
): Promise<Part> {
  const home = join(folder, 'prometheus');
  await cp(SHIPPED, home, { recursive: true });
  const jobs = Object.entries({ ...targets, prometheus: [`127.0.0.1:${port}`] });
  const groups = jobs.map(([job, addresses]) => ({ targets: addresses, labels: { job } }));
  await writeFile(join(home, 'targets.json'), JSON.stringify(groups));
  const args = [
    `--config.file=${join(home, 'processes-prometheus.yml')}`,
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const ready = answers(`http://127.0.0.1:${port}/-/ready`);
  return new Part({ name: 'prometheus', program, args, ready }, folder);
}
