import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['deploy/prometheus', 'deploy/grafana'];

/** Not queries: where Prometheus finds the processes. */
const CONFIGURATION = 'prometheus.yml';

/** Names in rules and dashboards, of metrics and of labels, with the file of each. */
export function namesInQueries(): { name: string; file: string }[] {
  return queryFiles().flatMap((file) => {
    const names = readFileSync(file, 'utf8').matchAll(/(?<![\w:$.])[a-z]+(?:_[a-z0-9]+)+(?![\w:])/g);
    return [...new Set([...names].map(([name]) => name))].map((name) => ({ name, file }));
  });
}

function queryFiles(): string[] {
  return FOLDERS.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.endsWith(CONFIGURATION))
      .map((name) => join(folder, name)),
  );
}
