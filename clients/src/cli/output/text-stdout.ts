import { fstatSync, writeFileSync } from 'node:fs';
import { diskFailure } from '../transfer/disk-failure.js';
import type { TextStream } from './console.js';

const STDOUT = 1;

/** Opens standard output for text. Node loses the rest of a write to a file that a nearly full disk takes in part. */
export function textStdout(): TextStream {
  return fstatSync(STDOUT).isFile() ? { write: writeWhole } : process.stdout;
}

function writeWhole(text: string | Uint8Array): boolean {
  try {
    writeFileSync(STDOUT, text);
    return true;
  } catch (error) {
    throw diskFailure('Standard output', error);
  }
}
