import type { Console } from '../output/console.js';
import { UsageError } from '../errors.js';
import { ProgressBar } from './bar.js';
import { ProgressLines } from './lines.js';
import type { ProgressView } from './progress-state.js';

const NONE: ProgressView = { show: () => {}, end: () => {} };

/** Creates the view that `--progress` names; `auto` is a bar on a terminal, and lines elsewhere. */
export function createView(
  console: Console,
  choice: string = 'auto',
  env: NodeJS.ProcessEnv = process.env,
): ProgressView {
  if (!['auto', 'bar', 'plain', 'none'].includes(choice)) {
    throw new UsageError(`--progress must be auto, bar, plain or none, not "${choice}".`);
  }
  if (console.quiet || choice === 'none') return NONE;
  const canRewrite = console.stderrIsTerminal && env['TERM'] !== 'dumb';
  return choice === 'bar' || (choice === 'auto' && canRewrite)
    ? new ProgressBar(console)
    : new ProgressLines(console);
}
