import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { printLine } from './print.js';
import { runCli } from './run-cli.js';
import { type Demand, sizeOf } from './size/size.js';
import { sizeTable } from './size/table.js';

const QUESTIONS = {
  jobs: 'Jobs in the busiest hour',
  files: 'Files of a typical job',
  mib: 'MiB of a typical job',
  pages: 'Pages open at the same time',
} as const;

type Name = keyof typeof QUESTIONS;

/** Prints the machines for a demand, from flags or from answers to questions. */
async function run(args: readonly string[]): Promise<void> {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { jobs: string, files: string, mib: string, pages: string },
  });
  const answers = await ask(values);
  const demand: Demand = {
    jobsPerHour: answers.jobs,
    files: answers.files,
    bytes: answers.mib * 1024 * 1024,
    openPages: answers.pages,
  };
  printLine(sizeTable(sizeOf(demand)));
}

async function ask(given: Partial<Record<Name, string>>): Promise<Record<Name, number>> {
  const names = Object.keys(QUESTIONS) as Name[];
  const missing = names.filter((name) => given[name] === undefined);
  if (missing.length > 0 && !process.stdin.isTTY)
    throw new Error('Give all of them: npm run size -- --jobs 600 --files 100 --mib 200 --pages 50');
  const texts = { ...given };
  const terminal = missing.length > 0 ? createInterface(process.stdin, process.stdout) : undefined;
  for (const name of missing) texts[name] = await terminal!.question(`${QUESTIONS[name]}: `);
  terminal?.close();
  return Object.fromEntries(names.map((name) => [name, numberOf(name, texts[name]!)])) as Record<
    Name,
    number
  >;
}

function numberOf(name: Name, text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new Error(`${QUESTIONS[name]} must be a number, not ${text}.`);
}

await runCli(() => run(process.argv.slice(2)));
