// Writes the rules of deploy/prometheus/rules for the Prometheus Operator. `--print` prints them instead.
import { readFileSync, writeFileSync } from 'node:fs';

const RULES = 'deploy/prometheus/rules';
const TARGET = 'deploy/kubernetes/monitoring/rules.yaml';

/** Without deployed.yml: there, autoscalers set the numbers. */
const FILES = ['objectives.yml', 'burn.yml', 'alerts.yml'];

/** A Prometheus of a cluster has such metrics of other programs too, and jobs of the same names. */
const METRIC =
  /\b(up(?= ==)|(?:download|http|longhaul_probe|object_store|process|sse|status_reads|sweep|temporal|webhook|websocket)_\w+)(?:\{|\b)/g;

const HEAD = `# Written by \`npm run kubernetes-rules\` from ${RULES}/. Do not edit. Each metric is that of the namespace longhaul.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: longhaul }
spec:
  groups:
`;

/** The groups of a file, of one namespace and indented into the resource. */
function groupsOf(file) {
  const [, groups] = readFileSync(`${RULES}/${file}`, 'utf8').split(/^groups:\n/m);
  return groups.replaceAll(METRIC, ofNamespace).replaceAll(/^(?=.)/gm, '  ');
}

function ofNamespace(selector, name) {
  return `${name}{namespace="longhaul"${selector === name ? '}' : ', '}`;
}

const text = HEAD + FILES.map(groupsOf).join('');
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(TARGET, text);
