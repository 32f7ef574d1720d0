import type { Paged } from '../../client/index.js';
import { UsageError } from '../errors.js';
import { columns, tabbed } from '../output/table.js';
import { type Context, printJson } from './command.js';

/** Rows on a terminal unless `--limit` says otherwise. */
const TERMINAL_LIMIT = 50;

/** Largest page of every list of the API. */
const PAGE = 100;

/** How a list is printed. */
export interface Listing<T> {
  /** Name of the list in JSON. */
  name: string;
  header: readonly string[];
  row: (item: T) => string[];
  /** Columns for programs, where they differ. */
  fields?: (item: T) => string[];
  /** Printed for an empty list on a terminal. */
  none: string;
}

/** Prints a list: a table on a terminal, tab-separated fields elsewhere, one object with `--json`. */
export async function printRows<T>(
  { values, console }: Context,
  list: (page: { limit: number }) => Paged<T>,
  { name, header, row, fields = row, none }: Listing<T>,
): Promise<void> {
  const isTable = console.stdoutIsTerminal && !values.json;
  const limit = limitOf(values.limit) ?? (isTable ? TERMINAL_LIMIT : Infinity);
  const items: T[] = [];
  let hasMore = false;
  for await (const item of list({ limit: Math.min(PAGE, limit) })) {
    if (items.length === limit) {
      hasMore = true;
      break;
    }
    items.push(item);
  }
  if (values.json) printJson(console, { [name]: items, complete: !hasMore });
  else if (!isTable) console.data(tabbed(items.map(fields)));
  else if (items.length > 0) console.data(columns([header, ...items.map(row)]));
  if (items.length === 0 && !values.json) console.note(none);
  if (hasMore) console.hint(`There are more. Show them with --limit ${limit * 10}`);
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new UsageError(`--limit must be a whole number from 1 on, not "${text}".`);
  return limit;
}

/** Splits a list of words with commas. */
export function wordsOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
