import { oneLine } from './one-line.js';

const GAP = '  ';

/** Aligns the columns of all rows. Does not pad the last column. */
export function columns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = (clean[0] ?? []).map((_, i) => Math.max(...clean.map((row) => row[i]!.length)));
  const lines = clean.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join(GAP),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** Joins the cells of each row with tabs, for programs. */
export function tabbed(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(oneLine).join('\t')}\n`).join('');
}

/** Formats lines of name and value; leaves out absent values. */
export function sheet(rows: readonly (readonly [string, string | null | undefined])[]): string {
  return columns(rows.filter((row): row is [string, string] => row[1] !== null && row[1] !== undefined));
}
