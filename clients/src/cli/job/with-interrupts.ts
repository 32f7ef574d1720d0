import { LonghaulError } from '../../client/index.js';
import { parseDuration } from '../arguments/duration.js';
import type { Connection, Context } from '../commands/command.js';
import { runAgain } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import { Interrupted } from '../interrupt/interrupted.js';
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
  /** Records that the server described the job. */
  onStatus(): void;
  /** Finds the job of a start that is under way. */
  findJob: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** Set once nothing is left to cancel on the server. Only a file can be resumed. */
  saving: 'file' | 'stream' | undefined;
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
  let isKnown = false;
  const run: Run = {
    view,
    signal: AbortSignal.any([interrupts.signal, ...(timeout ? [timeout.signal] : [])]),
    jobId: undefined,
    findJob: undefined,
    onStatus: () => void (isKnown = true),
    saving: undefined,
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
    const state = stateOf(run, isKnown);
    if (reason instanceof TimedOut) throw runAgain(`Not done after ${reason.message}. ${state}`);
    if (reason instanceof Interrupted && reason.leaving === 'cancel') await cancel(run, client, console);
    else console.note(`Stopped. ${state}`);
    throw reason;
  } finally {
    timeout?.stop();
    interrupts.stop();
  }
}

async function cancel(run: Run, client: Connection['client'], console: Console): Promise<void> {
  if (run.saving) {
    console.note(run.saving === 'file' ? 'What was saved so far is removed.' : 'Stopped.');
    return;
  }
  const signal = AbortSignal.timeout(CANCEL_MS);
  try {
    const jobId = run.jobId ?? (await run.findJob?.(signal));
    if (jobId === undefined) {
      console.note('Stopped. Nothing was started.');
      return;
    }
    await client.cancel(jobId, { signal });
    console.note(`Cancelled. Nothing was saved. Start it again: longhaul retry ${jobId}`);
  } catch (error) {
    const isOver = error instanceof LonghaulError && error.code === 'JOB_ALREADY_FINISHED';
    const message = signal.aborted ? 'The server does not answer.' : (error as Error).message;
    const reason = isOver ? 'It has ended already.' : message;
    console.warn(`The download could not be cancelled: ${reason}`);
  }
}

/** Says what becomes of a download that the command leaves. */
function stateOf({ jobId, findJob, saving }: Run, isKnown: boolean): string {
  const again = 'Run the same command again';
  if (saving === 'file') return `${again}: it goes on from here.`;
  if (saving === 'stream') return `${again}: it sends the archive from the beginning.`;
  if (jobId !== undefined && isKnown)
    return `The download goes on at the server. ${again}, or: longhaul fetch ${jobId}`;
  if (jobId !== undefined) return `The server has not described the download yet. ${again}.`;
  if (findJob) return `The download may have started. ${again}: it finds it.`;
  return `Nothing was started. ${again}.`;
}

/** `--timeout` passed. The message is its text. */
class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** A timer of its own: those of AbortSignal.timeout do not tell why. */
function timeoutOf(text: string | undefined): { signal: AbortSignal; stop: () => void } | undefined {
  if (text === undefined) return undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new TimedOut(text)), parseDuration(text, '--timeout'));
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
