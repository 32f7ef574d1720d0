import type { Measurement } from './row.js';

const COLUMNS = ['row', 'measure', 'ours', 'peer', 'ratio', 'target'] as const;

export type TableLine = { row: string } & Measurement;

/** Formats the lines as text with aligned columns. */
export function formatTable(lines: readonly TableLine[]): string {
  const header = Object.fromEntries(COLUMNS.map((column) => [column, column])) as unknown as TableLine;
  const all = [header, ...lines];
  const widths = COLUMNS.map((column) => Math.max(...all.map((line) => line[column].length)));
  const format = (line: TableLine) => COLUMNS.map((column, i) => line[column].padEnd(widths[i]!)).join('  ');
  return [format(header), widths.map((width) => '-'.repeat(width)).join('  '), ...lines.map(format)]
    .map((line) => line.trimEnd())
    .join('\n');
}
