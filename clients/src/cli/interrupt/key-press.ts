import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

const CTRL_C = '\u0003';

/** Reads single keys from the terminal, also when standard input is a list of ids. */
export class KeyPresses {
  private constructor(
    private readonly input: ReadStream,
    private readonly isOwn: boolean,
  ) {}

  /** Returns undefined without a terminal. */
  static open(): KeyPresses | undefined {
    if (process.stdin.isTTY) return new KeyPresses(process.stdin, false);
    try {
      return new KeyPresses(new ReadStream(openSync('/dev/tty', 'r')), true);
    } catch {
      return undefined;
    }
  }

  /** Calls back with each key; Ctrl-C arrives as a key too. */
  start(onKey: (key: string) => void): void {
    this.input.setRawMode(true);
    this.input.on('data', (data: Buffer) => onKey(data.toString() === CTRL_C ? 'ctrl-c' : data.toString()));
    this.input.resume();
  }

  stop(): void {
    this.input.setRawMode(false);
    this.input.removeAllListeners('data');
    this.input.pause();
    if (this.isOwn) this.input.destroy();
    else this.input.unref();
  }
}
