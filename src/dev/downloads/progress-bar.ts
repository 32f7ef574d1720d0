/** Destination of the bar, such as `process.stdout`. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Width of the terminal, in characters. */
  columns?: number;
}

/** The fields of a job that the bar shows. */
export interface Progress {
  /** Phase of the job. */
  status: string;
  /** Whole percent. */
  progress: number;
  message: string;
  bytesProcessed?: number;
  /** Null while unknown. */
  bytesTotal?: number | null;
  etaSeconds?: number | null;
}

export interface ProgressBar {
  update(progress: Progress): void;
  /** Ends the line of the last state; further updates start a new line. */
  end(): void;
}

const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const RETURN_AND_CLEAR_LINE = '\r\u001B[2K';

/** Renders a line shorter than `columns`. A full line would wrap, and the next update would not overwrite it. */
export function renderProgress(state: Progress, columns: number): string {
  const share = Math.min(100, Math.max(0, state.progress)) / 100;
  const filled = Math.floor(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  // Removes line breaks and escape sequences, because they would break the line.
  const plain = detailOf(state).replaceAll(/\p{Cc}+/gu, ' ');
  return Array.from(`${bar} ${percent}  ${plain}`)
    .slice(0, Math.max(0, columns - 1))
    .join('');
}

/** Creates a bar that rewrites its line on a terminal, and prints a line for each new message elsewhere. */
export function createProgressBar(output: Output): ProgressBar {
  return output.isTTY ? terminalBar(output) : messageLines(output);
}

function terminalBar(output: Output): ProgressBar {
  let shown = '';
  return {
    update(progress) {
      const line = renderProgress(progress, output.columns || DEFAULT_COLUMNS);
      if (line === shown) return;
      shown = line;
      output.write(RETURN_AND_CLEAR_LINE + line);
    },
    end() {
      if (shown !== '') output.write('\n');
      shown = '';
    },
  };
}

function messageLines(output: Output): ProgressBar {
  let last: string | undefined;
  return {
    update(state) {
      const { status, progress, message } = state;
      if (`${status}: ${message}` === last) return;
      last = `${status}: ${message}`;
      output.write(`${status.replaceAll('_', ' ')} (${progress}%): ${detailOf(state)}\n`);
    },
    end() {
      last = undefined;
    },
  };
}

/** Returns the message, with bytes and remaining time while files are fetched. */
function detailOf({ status, message, bytesProcessed, bytesTotal, etaSeconds }: Progress): string {
  const parts = [message];
  if (status === 'running' && bytesProcessed && bytesTotal) {
    parts.push(`${megabytes(bytesProcessed)} of ${megabytes(bytesTotal)} MB`);
    if (etaSeconds)
      parts.push(etaSeconds < 120 ? `${etaSeconds} s left` : `${Math.ceil(etaSeconds / 60)} min left`);
  }
  return parts.join(', ');
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
}
