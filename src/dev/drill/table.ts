import type { Result } from './result.js';

const HEADINGS = [
  'fault',
  'starts/s',
  'posted',
  '202',
  '503',
  'other 5xx',
  'no answer',
  'ended as',
  'lost',
  'twice',
  'wrong',
  'orphans',
  'longest gap',
  'p99 before / during / after',
  'alerts',
];

/** Returns the results as a table in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const lines = [HEADINGS, ...results.map(cellsOf)];
  const widths = HEADINGS.map((_, i) => Math.max(...lines.map((cells) => cells[i]!.length)));
  const text = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [text(HEADINGS), rule, ...lines.slice(1).map(text)].join('\n');
}

function cellsOf(result: Result): string[] {
  const { before, during, after } = result.p99Ms;
  return [
    result.row,
    result.rate.toFixed(1),
    ...[result.posted, result.accepted, result.refused, result.otherErrors, result.unanswered].map(String),
    Object.entries(result.ended)
      .map(([end, count]) => `${count} ${end}`)
      .join(', '),
    ...[result.lost, result.twice, result.wrong, result.orphans].map(String),
    seconds(result.longestGapMs),
    [before, during, after].map(seconds).join(' / '),
    result.alerts?.map((name) => name.replace(/^Longhaul/, '')).join(', ') || '–',
  ];
}

function seconds(ms: number | null): string {
  if (ms === null) return '–';
  return `${(ms / 1_000).toFixed(ms < 1_000 ? 2 : 1)} s`;
}
