/** Task of both contenders: one stored ZIP of all files of a local folder. */
export interface LocalTask {
  /** Folder of a file store; the files are below `downloads/`. */
  folder: string;
  files: number;
  fileBytes: number;
  /** Determines the key of the archive. */
  jobId: string;
}

/** Pins this process to one core: an idle one would flatter those who use more. */
export const PIN = (pid: number): [string, string[]] => ['taskset', ['-acp', '0', String(pid)]];

export function keyOf(index: number): string {
  return `downloads/${Math.floor(index / 1_000)}/${index}`;
}

export function nameOf(index: number): string {
  return `file-${index}.bin`;
}
