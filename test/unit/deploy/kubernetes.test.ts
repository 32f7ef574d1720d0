import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { loadSettings } from '../../../src/config/env.js';
import { SEGMENT_TASK_QUEUE } from '../../../src/contract/names.js';
import { documentedMetrics } from '../../support/documented-metrics.js';
import {
  buildManifests,
  type Container,
  locateKustomize,
  podOf,
  type Resource,
  resourcesIn,
} from '../../support/kubernetes.js';
import { describeWith } from '../../support/require-server.js';
import { namesInSchema, OTHER_SETTINGS } from '../../support/setting-names.js';

const SETTINGS = new Set([...namesInSchema(), ...OTHER_SETTINGS]);
const SECRETS = 'deploy/kubernetes/examples/secrets.yaml';
const RULES = 'deploy/kubernetes/monitoring/rules.yaml';

/** Time in which a stopping worker hands over its builds, as in src/worker.ts. */
const HANDOVER_MS = 20_000;

/** As src/config/env.ts has it. */
const DEFAULT_GRACE_MS = 25_000;

interface Trigger {
  type: string;
  metadata: Record<string, string>;
}

interface TemporalValues {
  web: { enabled: boolean };
  server: {
    dynamicConfig: unknown;
    replicaCount: number;
    config: {
      persistence: { datastores: Record<'default' | 'visibility', { sql: { maxConns: number } }> };
    };
  };
}

const read = (file: string) => readFileSync(file, 'utf8');
const temporalValues = () => parse(read('deploy/kubernetes/temporal/values.yaml')) as TemporalValues;

describeWith(await locateKustomize(), 'Kubernetes manifest', (kustomize) => {
  const overlays = new Map<string, Resource[]>();
  beforeAll(async () => {
    for (const name of ['small', 'large']) {
      overlays.set(name, await buildManifests(kustomize, `overlays/${name}`));
    }
  });

  const ofKind = (kind: string) => [...overlays.values()].flat().filter((resource) => resource.kind === kind);
  const containers = () => ofKind('Deployment').flatMap((deployment) => podOf(deployment).containers);
  const settings = () => ofKind('ConfigMap')[0]!.data!;
  const deployment = (name: string) => ofKind('Deployment').find(({ metadata }) => metadata.name === name)!;
  const valueIn = ({ env = [] }: Container, wanted: string) => env.find(({ name }) => name === wanted)?.value;

  it('sets only settings that exist', () => {
    const inSecrets = resourcesIn(read(SECRETS))
      .filter(({ metadata }) => metadata.name !== 'longhaul-keys')
      .flatMap(({ stringData = {} }) => Object.keys(stringData));
    const names = [
      ...Object.keys(settings()),
      ...inSecrets,
      ...containers().flatMap(({ env = [] }) => env.map(({ name }) => name)),
    ];
    expect(names.filter((name) => !SETTINGS.has(name))).toEqual([]);
  });

  it('has settings that its processes accept', () => {
    const pair = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };
    const env = { ...settings(), ...pair, STREAM_TICKET_SECRET: 'x'.repeat(32), NODE_ENV: 'production' };
    expect(loadSettings(env).auth.mode).toBe('api-key');
  });

  it('takes secrets only from those of the example', () => {
    const named = [...overlays.values()]
      .flat()
      .flatMap((resource) => [
        ...JSON.stringify(resource).matchAll(/"secret(?:Ref|Name)":(?:\{"name":)?"([^"]+)/g),
      ])
      .map(([, name]) => name!)
      .filter((name) => name !== 'longhaul-tls');
    const example = resourcesIn(read(SECRETS)).map(({ metadata }) => metadata.name);
    expect([...new Set(named)].toSorted()).toEqual(example.toSorted());
  });

  it.each([
    ['longhaul-api', /^S3_.*ACCESS_KEY(_ID)?$/],
    ['longhaul-worker', /^S3_(?!SIGN_).*ACCESS_KEY(_ID)?$/],
  ])('has every key of the store in %s', (name, keys) => {
    const { stringData = {} } = resourcesIn(read(SECRETS)).find(({ metadata }) => metadata.name === name)!;
    expect(Object.keys(stringData).filter((key) => key.startsWith('S3_'))).toEqual(
      namesInSchema().filter((setting) => keys.test(setting)),
    );
  });

  it('asks only the process itself for liveness', () => {
    expect(containers().map(({ livenessProbe }) => livenessProbe.httpGet?.path)).toEqual(
      containers().map(() => '/livez'),
    );
    expect(containers().filter((container) => JSON.stringify(container).includes('"exec"'))).toEqual([]);
  });

  it('probes ports that the container opens', () => {
    const closed = containers().filter(({ livenessProbe, readinessProbe, ports }) => {
      const opened = new Set<string | number>(ports.map(({ name }) => name));
      return [livenessProbe, readinessProbe ?? {}].some(
        ({ httpGet }) => httpGet && !opened.has(httpGet.port),
      );
    });
    expect(closed).toEqual([]);
  });

  it('opens the ports of the image', () => {
    const image = read('deploy/Dockerfile');
    const ports = containers().flatMap((container) => container.ports);
    const opened = new Map(ports.map(({ name, containerPort }) => [name, containerPort]));
    expect(image).toContain(`METRICS_PORT=${opened.get('metrics')} `);
    expect(image).toContain(`TEMPORAL_METRICS_PORT=${opened.get('sdk-metrics')}`);
  });

  it('scales a deployment by one thing', () => {
    for (const resources of overlays.values()) {
      const scaled = resources
        .filter(({ kind }) => ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind))
        .map(({ spec }) => (spec['scaleTargetRef'] as { name: string }).name);
      const fixed = resources
        .filter(({ kind, spec }) => kind === 'Deployment' && spec['replicas'] !== undefined)
        .map(({ metadata }) => metadata.name);
      const deployed = resources
        .filter(({ kind }) => kind === 'Deployment')
        .map(({ metadata }) => metadata.name);
      expect([...scaled, ...fixed].toSorted()).toEqual(deployed.toSorted());
    }
  });

  it('scales builds by those that wait and run', () => {
    const scaling = ofKind('ScaledObject').find(({ metadata }) => metadata.name === 'worker-build')!;
    const [temporal, prometheus] = scaling.spec['triggers'] as [Trigger, Trigger];
    const builds = settings()['DOWNLOAD_WORKER_CONCURRENCY'];
    expect(temporal).toMatchObject({
      type: 'temporal',
      metadata: {
        endpoint: settings()['TEMPORAL_ADDRESS'],
        namespace: settings()['TEMPORAL_NAMESPACE'],
        taskQueue: SEGMENT_TASK_QUEUE,
        targetQueueSize: builds,
      },
    });
    expect(prometheus).toMatchObject({ type: 'prometheus', metadata: { threshold: builds } });
    expect(prometheus.metadata['query']).toContain('download_builds_active');
    expect(scaling.spec['fallback']).toMatchObject({ behavior: 'currentReplicasIfHigher' });
  });

  it('queries only metrics that exist', () => {
    const known = new Set(documentedMetrics().map(({ name }) => name));
    const queries = ofKind('ScaledObject')
      .flatMap(({ spec }) => spec['triggers'] as Trigger[])
      .flatMap(({ metadata }) => metadata['query'] ?? []);
    const names = queries.flatMap((query) => query.match(/[a-z]+(?:_[a-z]+)+/g) ?? []);
    expect(names).toContain('download_queue_depth');
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('restricts every pod', () => {
    for (const pod of ofKind('Deployment').map(podOf)) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65_532,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      });
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
    expect(ofKind('Namespace')[0]!.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  it('limits memory but no processor', () => {
    for (const { resources } of containers()) {
      expect(resources.limits['memory']).toBeDefined();
      expect(resources.limits['cpu']).toBeUndefined();
      expect(Object.keys(resources.requests).toSorted()).toEqual(['cpu', 'memory']);
    }
  });

  it.each(['api', 'worker', 'worker-build'])('lets %s finish before it is killed', (name) => {
    const { containers: found, terminationGracePeriodSeconds } = podOf(deployment(name));
    const [container] = found as [Container];
    const grace = Number(valueIn(container, 'SHUTDOWN_GRACE_MS') ?? DEFAULT_GRACE_MS);
    const pause = (container.lifecycle?.preStop.sleep.seconds ?? 0) * 1_000;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(pause + grace + HANDOVER_MS);
  });

  it.each([
    ['worker', 'orchestration'],
    ['worker-build', 'build'],
  ])('runs %s in the role %s', (name, role) => {
    expect(valueIn(podOf(deployment(name)).containers[0]!, 'WORKER_ROLE')).toBe(role);
  });

  it('lets a node be drained of sick pods', () => {
    expect(ofKind('PodDisruptionBudget').map(({ spec }) => spec['unhealthyPodEvictionPolicy'])).toEqual(
      ofKind('PodDisruptionBudget').map(() => 'AlwaysAllow'),
    );
  });

  it('gives the scrapes the names of the rules', () => {
    const jobs = ofKind('ServiceMonitor').flatMap((monitor) =>
      [...JSON.stringify(monitor).matchAll(/"replacement":"([^"]+)","targetLabel":"job"/g)].map(
        ([, job]) => job!,
      ),
    );
    const { scrape_configs: scrapes } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string }[];
    };
    expect(scrapes.map(({ job_name: job }) => job)).toEqual(expect.arrayContaining(jobs));
    expect(jobs.toSorted()).toEqual(['api', 'probe', 'temporal', 'temporal-sdk', 'worker']);
  });
});

describe('Kubernetes file', () => {
  it('has the rules that its script writes', async () => {
    const script = ['scripts/kubernetes-rules.js', '--print'];
    const { stdout } = await promisify(execFile)(process.execPath, script);
    expect(stdout).toBe(read(RULES));
  });

  it('has every rule, of its namespace, without fixed numbers', () => {
    const groups = ['objectives', 'burn', 'alerts'].flatMap(
      (name) => (parse(read(`deploy/prometheus/rules/${name}.yml`)) as { groups: unknown[] }).groups,
    );
    const rules = JSON.stringify(resourcesIn(read(RULES))[0]!.spec['groups']);
    const unscoped = rules.replaceAll(/\{namespace=\\"longhaul\\"(?:, |(\}))/g, (_all, end) =>
      end ? '' : '{',
    );
    expect(JSON.parse(unscoped)).toEqual(groups);
    const ours = documentedMetrics().map(({ name }) => name);
    const scopeless = new RegExp(
      String.raw`\b(?:${ours.join('|')})(?:_bucket|_sum|_count)?\b(?!\{namespace=)`,
    );
    expect(scopeless.exec(rules)).toBeNull();
  });

  it('gives Temporal our dynamic configuration', () => {
    expect(temporalValues().server.dynamicConfig).toEqual(parse(read('deploy/temporal/dynamic-config.yaml')));
  });

  it("leaves room in PostgreSQL's default of connections", () => {
    const { replicaCount, config } = temporalValues().server;
    const { default: jobs, visibility } = config.persistence.datastores;
    const services = ['frontend', 'history', 'matching', 'worker'].length;
    const ofPod = jobs.sql.maxConns + visibility.sql.maxConns;
    // Three of the 100 are for superusers.
    expect(services * replicaCount * ofPod).toBeLessThan(97);
  });

  it('opens Temporal only to those that need it', () => {
    expect(temporalValues().web.enabled).toBe(false);
    const doors = resourcesIn(read('deploy/kubernetes/temporal/network.yaml')).map(({ spec }) => spec);
    expect(doors).toEqual([
      {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ podSelector: {} }] },
          {
            from: [{ namespaceSelector: { matchLabels: { 'longhaul/monitoring': 'true' } } }],
            ports: [{ port: 9090 }],
          },
        ],
      },
      expect.objectContaining({
        ingress: [expect.objectContaining({ from: [expect.anything()], ports: [{ port: 7233 }] })],
      }),
    ]);
  });
});
