import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { ROWS } from './dashboard/rows.js';

/**
 * Writes Grafana's dashboard from its rows: `npm run dashboard`. With `--print` it writes to standard output instead, for
 * the test that compares it with the committed file.
 */

const FILE = fileURLToPath(new URL('../deploy/grafana/dashboards/longhaul.json', import.meta.url));
const DATASOURCE = { type: 'prometheus', uid: 'prometheus' };
const COLUMNS = 24;
const SIZES = { stat: { w: 6, h: 5 }, heatmap: { w: 8, h: 8 }, timeseries: { w: 8, h: 8 } };

/** Returns the panels of all rows at their places, from left to right and from top to bottom. */
function panels() {
  const all = [];
  let y = 0;
  for (const [title, row] of Object.entries(ROWS)) {
    all.push({
      id: all.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row) {
      const { w, h } = SIZES[panel.kind ?? 'timeseries'];
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
        height = 0;
      }
      all.push({ id: all.length + 1, ...body(panel), gridPos: { x, y, w, h } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return all;
}

function body({ title, kind = 'timeseries', unit = 'short', about, queries }) {
  return {
    type: kind,
    title,
    ...(about && { description: about }),
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit, min: kind === 'timeseries' ? 0 : undefined }, overrides: [] },
    options: kind === 'heatmap' ? { calculate: false, yAxis: { unit } } : {},
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      ...(kind === 'stat' && { instant: true }),
      ...(kind === 'heatmap' && { format: 'heatmap' }),
    })),
  };
}

const dashboard = {
  uid: 'longhaul',
  title: 'Longhaul',
  editable: false,
  schemaVersion: 39,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  annotations: {
    list: [
      {
        name: 'A version appears',
        datasource: DATASOURCE,
        enable: true,
        iconColor: 'blue',
        expr: 'count by (job, version) (longhaul_build_info) unless count by (job, version) (longhaul_build_info offset 5m)',
        titleFormat: '{{job}} {{version}}',
      },
    ],
  },
  templating: {
    list: [
      { name: 'ui', label: 'Temporal Web UI', type: 'textbox', query: 'http://localhost:8081' },
      { name: 'namespace', label: 'Temporal namespace', type: 'textbox', query: 'default' },
      { name: 'jaeger', label: 'Jaeger', type: 'textbox', query: 'http://localhost:16686' },
      { name: 'job', label: 'Job id', type: 'textbox', query: '' },
      { name: 'trace', label: 'Trace id', type: 'textbox', query: '' },
    ],
  },
  links: [
    {
      type: 'link',
      title: 'This job in Temporal',
      targetBlank: true,
      url: '${ui}/namespaces/${namespace}/workflows/download%2F${job}',
    },
    { type: 'link', title: 'This trace in Jaeger', targetBlank: true, url: '${jaeger}/trace/${trace}' },
  ],
  panels: panels(),
};

const text = await format(JSON.stringify(dashboard), { parser: 'json', printWidth: 110 });
if (process.argv.includes('--print')) process.stdout.write(text);
else await writeFile(FILE, text);
