import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings, loadWorkerSettings, type SettingsError } from '../../../src/config/env.js';
import { COMPOSE, COMPOSE_TEXT, type ComposeService, environmentOf } from '../../support/compose.js';
import { nginxArguments, writeNginxFiles } from '../../../src/dev/topology/nginx-files.js';
import { locateNginx } from '../../support/nginx.js';
import { describeWith } from '../../support/require-server.js';

const services = Object.entries(COMPOSE.services);
const IMAGE = { NODE_ENV: 'production' };

/** Services whose image has a health check. */
const CHECKED_BY_IMAGE = new Set(['api']);

describe('docker-compose.yml', () => {
  it('publishes only what the world and this machine need', () => {
    expect(services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
      'nginx 8080:8080',
      'nginx 8333:8333',
      'temporal 127.0.0.1:7233:7233',
      'temporal-ui 127.0.0.1:8081:8080',
      'prometheus 127.0.0.1:9090:9090',
      'grafana 127.0.0.1:3001:3000',
      'jaeger 127.0.0.1:16686:16686',
    ]);
  });

  it('mounts files that exist, and volumes that are named', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')));
    const wrong = mounts.filter(([from = '', , mode]) =>
      from.startsWith('./') ? !existsSync(from) || mode !== 'ro' : !(from in COMPOSE.volumes),
    );
    expect(mounts.length).toBeGreaterThan(8);
    expect(wrong).toEqual([]);
  });

  it('waits only for what can be waited for', () => {
    const waits = services.flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on).map(([on, { condition }]) => ({ name, on, condition })),
    );
    const wrong = waits.filter(({ on, condition }) => {
      const { healthcheck, restart } = COMPOSE.services[on]!;
      const ends = restart === 'no' || restart?.startsWith('on-failure');
      const checked = CHECKED_BY_IMAGE.has(on) || (healthcheck && !healthcheck.disable);
      return condition === 'service_completed_successfully'
        ? !ends
        : condition !== 'service_healthy' || !checked;
    });
    expect(wrong).toEqual([]);
  });

  it('limits the memory and pins the image of each service', () => {
    const unbounded = ({ deploy, image }: ComposeService) =>
      !deploy?.resources.limits.memory || (image !== 'longhaul' && !/:v?\d+\.\d+/.test(image));
    expect(services.filter(([, service]) => unbounded(service)).map(([name]) => name)).toEqual([]);
  });

  it('takes no variable that .env.example lacks', () => {
    const example = readFileSync('.env.example', 'utf8');
    const known = new Set([...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name));
    const used = new Set([...COMPOSE_TEXT.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => !used.has(name))).toEqual([]);
  });

  it('is a trial by default', () => {
    expect(loadSettings({ ...environmentOf('api'), ...IMAGE }).http.publicUrl).toBe('http://localhost:8080');
    expect(() => loadWorkerSettings({ ...environmentOf('worker'), ...IMAGE })).not.toThrow();
  });

  it.each([
    ['api', ['S3_SECRET_ACCESS_KEY', 'S3_SIGN_SECRET_ACCESS_KEY', 'STREAM_TICKET_SECRET']],
    ['worker', ['S3_SECRET_ACCESS_KEY']],
  ])('keeps no secret of its own on an open %s', (service, names) => {
    const env = { ...environmentOf(service, { PUBLIC_URL: 'https://example.com' }), ...IMAGE };
    const problems = () => {
      try {
        loadSettings({ AUTH_MODE_NONE_IN_PRODUCTION: 'true', ...env });
        return [];
      } catch (error) {
        return (error as SettingsError).problems.map((problem) => problem.split(' ')[0]);
      }
    };
    expect(new Set(problems())).toEqual(new Set(names));
  });
});

describeWith(await locateNginx(), 'nginx of docker-compose.yml', (nginx) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-compose-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('loads with addresses in the place of names', async () => {
    await writeNginxFiles(folder, {
      port: 18_080,
      apis: ['127.0.0.1:3000'],
      store: { address: '127.0.0.1:8333', port: 18_333 },
      accessLog: join(folder, 'access.log'),
    });
    const upstream = await readFile('deploy/compose/upstream.conf', 'utf8');
    // Neither the names nor `resolve` are known outside of Docker and to nginx before 1.27.3.
    const here = upstream.replaceAll(/server \w+:(\d+) resolve/g, 'server 127.0.0.1:$1');
    expect(here).not.toBe(upstream);
    await writeFile(join(folder, 'upstream.conf'), here);
    const { stderr } = await promisify(execFile)(nginx, ['-t', ...nginxArguments(folder)]);
    expect(stderr).toMatch(/test is successful/);
    expect(stderr).not.toMatch(/\[(?:warn|error|emerg)\]/);
  });
});
