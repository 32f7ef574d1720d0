import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { AlertCase, Series } from './alert-cases.js';

const FOLDER = 'deploy/prometheus/rules';
const KUBERNETES = 'deploy/kubernetes/monitoring/rules.yaml';

const RULE_FILES = readdirSync(FOLDER).map((name) => resolve(FOLDER, name));

/** The alerts of all rule files, and the place of their runbook. A burn rate has several rules. */
export function alerts(): { name: string; runbook: string }[] {
  const text = RULE_FILES.map((file) => readFileSync(file, 'utf8')).join('');
  const found = text.matchAll(/- alert: (\w+)[^]*?runbook: (\S+)/g);
  return [...found].map(([, name, runbook]) => ({ name: name!, runbook: runbook! }));
}

/** The rules of Kubernetes, as a rule file of Prometheus. */
export function kubernetesRules(): string {
  return JSON.stringify((parse(readFileSync(KUBERNETES, 'utf8')) as { spec: unknown }).spec);
}

/** Runs the case in our namespace, and the opposite in another one beside it. */
export function besideAnother(test: AlertCase): AlertCase {
  const both = (ours: Series, others: Series) => ({
    ...inNamespace('longhaul', ours),
    ...inNamespace('other', others),
  });
  return { ...test, sick: both(test.sick, test.edge), edge: both(test.edge, test.sick) };
}

function inNamespace(namespace: string, series: Series): Series {
  const labeled = Object.entries(series).map(([name, values]) => {
    const [, metric, labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(name)!;
    return [`${metric}{namespace="${namespace}",${labels}}`, values];
  });
  return Object.fromEntries(labeled) as Series;
}

/** Returns the promtool file of one case; JSON is YAML. */
export function promtoolFile(test: AlertCase, rules = rulesOf(test.alert)): string {
  const firing = (time: string | undefined, severities: readonly string[]) =>
    time === undefined ? [] : [expectation(test.alert, time, severities)];
  const step = test.step ?? '1m';
  return JSON.stringify({
    rule_files: rules,
    evaluation_interval: test.evaluatedEach ?? step,
    tests: [
      {
        interval: step,
        input_series: inputs(test.sick),
        promql_expr_test: [
          ...firing(test.waitsAt, []),
          ...firing(test.firesAt, test.severities),
          ...firing(test.endsAt, []),
        ],
      },
      {
        interval: step,
        input_series: inputs(test.edge),
        promql_expr_test: [...firing(test.firesAt, []), ...firing(test.endsAt, [])],
      },
    ],
  });
}

/** Burn rates need the objectives, which are slow to evaluate. No other alert does. */
function rulesOf(alert: string): string[] {
  const burns = /(burn|objectives)\.yml$/;
  return RULE_FILES.filter((file) => burns.test(file) === alert.endsWith('Burn'));
}

function inputs(series: Record<string, string>) {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }));
}

/** Expects so many firing alerts of each severity. */
function expectation(alert: string, time: string, severities: readonly string[]) {
  return {
    expr: `count by (severity) (ALERTS{alertname="${alert}", alertstate="firing"})`,
    eval_time: time,
    exp_samples: [...new Set(severities)].map((severity) => ({
      labels: `{severity="${severity}"}`,
      value: severities.filter((other) => other === severity).length,
    })),
  };
}
