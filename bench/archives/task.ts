import type { Compression } from '../../src/contract/job.js';

/** What the stub of a store serves, and how fast. */
export interface StubOptions {
  /** Size of every object below `downloads/`. */
  fileBytes: number;
  content: 'noise' | 'json';
  tls?: boolean;
  /** Bytes per second of each connection, both ways together; no limit when absent. */
  connectionRate?: number;
}

/** The running stub. */
export interface StubInfo {
  endpoint: string;
  /** CRC-32 of every object below `downloads/`. */
  crc32: number;
}

/** Bytes of bodies that the stub sent and received. */
export interface StubTraffic {
  sent: number;
  received: number;
  requests: number;
}

/** A bucket as the contenders reach it. */
export interface StoreAccess {
  endpoint: string;
  region: string;
  bucket: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** Task of both contenders: one ZIP of `files` objects of `fileBytes` each, read from and written to the store. */
export interface ZipTask {
  store: StoreAccess;
  /** ETag of every file. */
  etag: string;
  files: number;
  fileBytes: number;
  /** Determines the key of the archive. */
  jobId: string;
  compression: Compression;
  extension: string;
  /** Segments that ours builds at once. */
  segmentsAtOnce: number;
  /** CRC-32 of every file, if the store knows it: ours copies the files then. */
  crc32?: number;
  /** Makes ours remember checksums for later archives, as it does in production. */
  remembersSums?: boolean;
}

/** The archive that a contender built. */
export interface BuiltZip {
  key: string;
}

export const BUCKET = 'bench';

/** ETag of every object in the stub. */
export const ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

/** Path at which the stub tells its traffic. */
export const TRAFFIC_PATH = '/-/traffic';

export function sourceKey(index: number): string {
  return `downloads/${70_000 + index}`;
}

export function entryName(index: number, extension: string): string {
  return `file-${index}.${extension}`;
}

export function stubAccess(endpoint: string): StoreAccess {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  return { endpoint, region: 'us-east-1', bucket: BUCKET, credentials };
}
