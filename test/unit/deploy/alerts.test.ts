import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ALERT_CASES } from '../../support/alert-cases.js';
import { alerts, besideAnother, kubernetesRules, promtoolFile } from '../../support/alert-rules.js';
import { locatePromtool, promtoolFindings } from '../../support/promtool.js';
import { describeWith } from '../../support/require-server.js';
import { anchorsOf, readDocument } from '../docs/markdown.js';

const PARTS = ['Means', 'Users see', 'Look first', 'Fix', 'Prove it is over', 'If not'];

/** Alerts on metrics or jobs that other programs in a cluster have too. */
const SHARED = new Set([
  'LonghaulAnswersBurn',
  'LonghaulProbeFails',
  'LonghaulProcessFlaps',
  'LonghaulReplayBroken',
  'LonghaulTargetGone',
]);

const names = () => [...new Set(alerts().map(({ name }) => name))];

describe('Alert', () => {
  it('has a case in the tests', () => {
    expect(new Set(ALERT_CASES.map(({ alert }) => alert))).toEqual(new Set(names()));
  });

  it('leads to its entry in the runbook', () => {
    const wrong = alerts().filter(({ name, runbook }) => {
      const [file, anchor] = runbook.split('#');
      return anchor !== name.toLowerCase() || !anchorsOf(readDocument(file!)).has(anchor);
    });
    expect(wrong).toEqual([]);
  });

  it.each(names())('%s has an entry of the one form', (name) => {
    const [, entry = ''] =
      new RegExp(`^### ${name}\\n([^]*?)(?=^##|$(?![^]))`, 'm').exec(readDocument('docs/runbook.md')) ?? [];
    expect([...entry.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, part]) => part)).toEqual(PARTS);
    const [, commands = ''] = /```sh\n([^]*?)```/.exec(entry) ?? [];
    expect(commands.trim().split(/\n(?! )/)).toHaveLength(3);
  });
});

describeWith(await locatePromtool(), 'Alert in Prometheus', (promtool) => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-alerts-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['prometheus.yml', 'processes-prometheus.yml'])('has a valid %s', async (name) => {
    const config = `deploy/prometheus/${name}`;
    expect(await promtoolFindings(promtool, 'check', 'config', '--lint=all', '--lint-fatal', config)).toBe(
      '',
    );
  });

  it.each(ALERT_CASES)('$alert fires, spares the edge, resolves', async (test) => {
    const file = join(folder, `${test.alert}.json`);
    await writeFile(file, promtoolFile(test));
    expect(await promtoolFindings(promtool, 'test', 'rules', file)).toBe('');
  });

  it.each(ALERT_CASES.filter(({ alert }) => SHARED.has(alert)))(
    '$alert of Kubernetes ignores other namespaces',
    async (test) => {
      const rules = join(folder, 'kubernetes.json');
      await writeFile(rules, kubernetesRules());
      const file = join(folder, `kubernetes-${test.alert}.json`);
      const deployed = resolve('deploy/prometheus/rules/deployed.yml');
      await writeFile(file, promtoolFile(besideAnother(test), [rules, deployed]));
      expect(await promtoolFindings(promtool, 'test', 'rules', file)).toBe('');
    },
  );
});
