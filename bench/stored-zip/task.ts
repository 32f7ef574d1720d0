/** Task of both contenders: one ZIP of `files` objects of `fileBytes` each, read from and written to the store. */
export interface ZipTask {
  endpoint: string;
  files: number;
  fileBytes: number;
  /** Determines the key of the archive. */
  jobId: string;
}

export const BUCKET = 'bench';
export const REGION = 'us-east-1';
export const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** ETag of every object in the stub. */
export const ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

export function sourceKey(index: number): string {
  return `downloads/${70_000 + index}`;
}

export function entryName(index: number): string {
  return `file-${index}.bin`;
}
