import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { locate, type ServerProgram } from './locate-program.js';
import { TestServer } from './test-server.js';
import { waitFor } from './wait-for.js';

/** Finds Prometheus, a Debian package. */
export function locatePrometheus(): Promise<ServerProgram> {
  return locate('prometheus', { variable: 'PROMETHEUS_PATH' });
}

/** A real Prometheus that scrapes each second, with the rules of `deploy/` in which minutes are seconds. */
export class Prometheus {
  private constructor(
    private readonly server: TestServer,
    private readonly url: string,
  ) {}

  /** @param targets ports of each scrape job. */
  static async start(program: string, targets: Record<string, readonly string[]>): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-prometheus-'));
    await quickRules(join(folder, 'rules'));
    const scrape_configs = Object.entries(targets).map(([job_name, ports]) => ({
      job_name,
      static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
    }));
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules/*.yml'],
      scrape_configs,
    };
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const [port] = await freePorts(1);
    const args = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const server = new TestServer(program, args, {}, [folder]);
    server.start();
    const url = `http://127.0.0.1:${port}`;
    await waitFor('Prometheus to start', async () => (await fetch(`${url}/-/ready`)).ok);
    return new Prometheus(server, url);
  }

  /** The names of the alerts that fire. */
  async firing(): Promise<string[]> {
    const samples = await this.query('ALERTS{alertstate="firing"}');
    return samples.map(({ metric }) => metric['alertname']!);
  }

  async query(query: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await response.json()) as { data: { result: [] } };
    return data.result;
  }

  stop(): Promise<void> {
    return this.server.kill();
  }
}

/** Copies the rules. A range needs ten seconds to hold enough samples. */
async function quickRules(folder: string): Promise<void> {
  await cp('deploy/prometheus/rules', folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    const quick = text
      .replaceAll(/\[5m\]/g, '[10s]')
      .replaceAll(/for: \d+m/g, 'for: 2s')
      .replaceAll('_age_seconds) > 300', '_age_seconds) > 5');
    await writeFile(join(folder, name), quick);
  }
}
