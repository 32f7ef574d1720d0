import { printable } from './one-line.js';

/** A stream of the process: standard output or standard error. */
export interface TextStream {
  write(chunk: string | Uint8Array): boolean;
  isTTY?: boolean;
  columns?: number;
}

/** The reader of standard output has gone, such as `head`. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

const RETURN_AND_CLEAR_LINE = '\r\u001B[2K';
const DIM = 2;
const RED = 31;

export interface ConsoleOptions {
  stdout: TextStream;
  stderr: TextStream;
  /** Without progress and advice. */
  quiet: boolean;
  color: boolean;
}

/**
 * Prints data to standard output and everything else to standard error. One line there may be a progress bar. Texts of
 * servers and users cannot control the terminal: their control characters become spaces.
 */
export class Console {
  private bar = '';
  private held = false;

  constructor(private readonly options: ConsoleOptions) {}

  get quiet(): boolean {
    return this.options.quiet;
  }

  get stdoutIsTerminal(): boolean {
    return this.options.stdout.isTTY === true;
  }

  get stderrIsTerminal(): boolean {
    return this.options.stderr.isTTY === true;
  }

  get columns(): number {
    return this.options.stderr.columns || 80;
  }

  /** Prints data. */
  data(text: string): void {
    this.clearBar();
    this.options.stdout.write(printable(text));
  }

  /** Prints a line of advice or progress; nothing with `--quiet`. */
  note(line: string): void {
    if (!this.quiet) this.line(line);
  }

  /** Prints a line of advice, less prominent than others. */
  hint(line: string): void {
    if (!this.quiet) this.line(line, DIM);
  }

  /** Prints a line in every case. */
  warn(line: string): void {
    this.line(line);
  }

  error(message: string): void {
    this.endBar();
    this.options.stderr.write(`${this.colored(RED, 'Error:')} ${printable(message)}\n`);
  }

  /** Shows a line that the next one replaces. */
  showBar(line: string): void {
    if (this.held || line === this.bar) return;
    this.options.stderr.write(RETURN_AND_CLEAR_LINE + line);
    this.bar = line;
  }

  /** Leaves the bar as it is, and continues below. */
  endBar(): void {
    if (this.bar !== '') this.options.stderr.write('\n');
    this.bar = '';
  }

  /** Asks something on the line of the bar; the bar stays away until `release`. */
  ask(question: string): void {
    this.clearBar();
    this.held = true;
    this.options.stderr.write(question);
  }

  release(answer: string): void {
    this.held = false;
    this.options.stderr.write(`${answer}\n`);
  }

  private line(line: string, color?: number): void {
    this.clearBar();
    const text = printable(line);
    this.options.stderr.write(`${color === undefined ? text : this.colored(color, text)}\n`);
  }

  private clearBar(): void {
    if (this.bar !== '') this.options.stderr.write(RETURN_AND_CLEAR_LINE);
    this.bar = '';
  }

  private colored(code: number, text: string): string {
    return this.options.color ? `\u001B[${code}m${text}\u001B[0m` : text;
  }
}
