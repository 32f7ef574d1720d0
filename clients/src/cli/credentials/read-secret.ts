import { text } from 'node:stream/consumers';
import { Interrupted } from '../interrupt/interrupted.js';

const ENTER = new Set(['\r', '\n', '\u0004']);
const ERASE = new Set(['\u007f', '\b']);
const CTRL_C = '\u0003';

/** Reads a secret: hidden from the terminal, or the first line of standard input. @throws Interrupted */
export async function readSecret(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return (await text(stdin)).split(/\r?\n/)[0]!.trim();
  // Before the prompt, otherwise keys that are pressed at once are shown.
  stdin.setRawMode(true);
  stderr.write(prompt);
  try {
    return await readHidden(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function readHidden(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let secret = '';
    const onData = (data: Buffer) => {
      for (const letter of data.toString()) {
        if (letter === CTRL_C) return end(() => reject(new Interrupted('detach')));
        if (ENTER.has(letter)) return end(() => resolve(secret.trim()));
        secret = ERASE.has(letter) ? secret.slice(0, -1) : secret + letter;
      }
    };
    const end = (settle: () => void) => {
      stdin.off('data', onData);
      settle();
    };
    stdin.on('data', onData);
  });
}
