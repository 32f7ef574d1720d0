/** Where the bar is shown: `process.stdout`, or something like it. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Letters in a line of the terminal. */
  columns?: number;
}

/** What the bar shows of a job. */
export interface Progress {
  /** Changes between phases of the work. */
  status: string;
  /** Whole percent. */
  progress: number;
  message: string;
}

export interface ProgressBar {
  update(progress: Progress): void;
  /** Leaves the last state on a line of its own; further updates begin a new one. */
  end(): void;
}

const BAR_LETTERS = 24;
const DEFAULT_COLUMNS = 80;
const RETURN_AND_CLEAR_LINE = '\r\u001B[2K';

/** One line, shorter than `columns`: a full line would wrap, and the next update would not overwrite it. */
export function renderProgress({ progress, message }: Progress, columns: number): string {
  const share = Math.min(100, Math.max(0, progress)) / 100;
  const filled = Math.floor(share * BAR_LETTERS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_LETTERS - filled);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  // A line break or an escape sequence in a message would tear the line.
  const plain = message.replaceAll(/\p{Cc}+/gu, ' ');
  return Array.from(`${bar} ${percent}  ${plain}`)
    .slice(0, Math.max(0, columns - 1))
    .join('');
}

/** A bar that rewrites its line on a terminal, and elsewhere, in a log, says a line for each new phase. */
export function createProgressBar(output: Output): ProgressBar {
  return output.isTTY ? terminalBar(output) : phaseLines(output);
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

function phaseLines(output: Output): ProgressBar {
  let lastStatus: string | undefined;
  return {
    update({ status, progress, message }) {
      if (status === lastStatus) return;
      lastStatus = status;
      output.write(`${status.replaceAll('_', ' ')} (${progress}%): ${message}\n`);
    },
    end() {
      lastStatus = undefined;
    },
  };
}
