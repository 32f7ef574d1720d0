import { LonghaulError } from '../../client/index.js';
import { parseDuration } from '../arguments/duration.js';
import type { Connection, Context } from '../commands/command.js';
import { runAgain } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import { Interrupted, type Leaving } from '../interrupt/interrupted.js';
import { Interrupts, policyOf, type Question } from '../interrupt/interrupts.js';
import type { Console } from '../output/console.js';
import { createView } from '../progress/create-view.js';
import type { ProgressView } from '../progress/progress-state.js';

/** Time for the cancellation, after which the command ends anyway. */
const CANCEL_MS = 30_000;

/** A command that may be interrupted: what there is to leave, and what to say. */
export interface Run {
  readonly view: ProgressView;
  /** Aborts on Ctrl-C and after `--timeout`. */
  readonly signal: AbortSignal;
  jobId: string | undefined;
  /** Finds the job of a start that is under way. */
  findJob: (() => Promise<string>) | undefined;
  /** True once nothing is left to cancel on the server. */
  isSaving: boolean;
  ask(question: Question): void;
}

/**
 * Runs a command that Ctrl-C may leave.
 * @throws what the command throws; Interrupted after the download was left or cancelled.
 */
export async function withInterrupts(
  { values, console }: Context,
  { client }: Connection,
  command: (run: Run) => Promise<ExitCode | void>,
): Promise<ExitCode | void> {
  const interrupts = new Interrupts(console, policyOf(values['on-interrupt']));
  const view = createView(console, values.progress);
  const timeout = timeoutOf(values.timeout);
  const run: Run = {
    view,
    signal: AbortSignal.any([interrupts.signal, ...(timeout ? [timeout.signal] : [])]),
    jobId: undefined,
    findJob: undefined,
    isSaving: false,
    ask: (question) => (interrupts.question = question),
  };
  run.ask({ detach: 'detach', cancel: 'cancel the download' });
  interrupts.listen();
  try {
    return await command(run);
  } catch (error) {
    view.end();
    if (!run.signal.aborted) throw error;
    const { reason } = run.signal as { reason: unknown };
    if (reason instanceof Interrupted) await leave(reason.leaving, run, client, console);
    throw reason;
  } finally {
    timeout?.stop();
    interrupts.stop();
  }
}

async function leave(
  leaving: Leaving,
  run: Run,
  client: Connection['client'],
  console: Console,
): Promise<void> {
  if (leaving === 'detach') {
    sayDetached(run, console);
    return;
  }
  if (run.isSaving) {
    console.note('What was saved so far is removed.');
    return;
  }
  try {
    const jobId = run.jobId ?? (await run.findJob?.());
    if (jobId === undefined) return;
    await client.cancel(jobId, { signal: AbortSignal.timeout(CANCEL_MS) });
    console.note(`Cancelled. Nothing was saved. Start it again: longhaul retry ${jobId}`);
  } catch (error) {
    const isOver = error instanceof LonghaulError && error.code === 'JOB_ALREADY_FINISHED';
    const reason = isOver ? 'It has ended already.' : (error as Error).message;
    console.warn(`The download could not be cancelled: ${reason}`);
  }
}

function sayDetached({ jobId, isSaving }: Run, console: Console): void {
  const again = 'Run the same command again';
  if (isSaving) console.note(`Stopped. ${again}: it goes on from here.`);
  else if (jobId === undefined)
    console.note(`Stopped. The download may have started. ${again}: it finds it.`);
  else console.note(`The download goes on at the server. ${again}, or: longhaul fetch ${jobId}`);
}

/** A timer of its own: those of AbortSignal.timeout do not tell why. */
function timeoutOf(text: string | undefined): { signal: AbortSignal; stop: () => void } | undefined {
  if (text === undefined) return undefined;
  const controller = new AbortController();
  const late = runAgain(
    `Not done after ${text}. The download goes on at the server. Run the same command again.`,
  );
  const timer = setTimeout(() => controller.abort(late), parseDuration(text, '--timeout'));
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
