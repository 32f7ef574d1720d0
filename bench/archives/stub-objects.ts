import { combineCrc32 } from '../../src/archive/zip/format/crc32.js';
import type { Pattern } from './pattern.js';
import { BUCKET } from './task.js';

/** An object of the stub. Of archives and of what is copied it keeps only size and sum. */
export interface StubObject {
  size: number;
  crc32: number;
  bytes: Buffer | null;
}

export type StubPart = StubObject;

interface Upload {
  path: string;
  parts: Map<number, StubPart>;
}

/** The objects of the stub, by path. Every object below `downloads/` exists. */
export class StubObjects {
  private readonly stored = new Map<string, StubObject>();
  private readonly uploads = new Map<string, Upload>();
  private lastUpload = 0;
  private readonly source: StubObject;

  constructor(
    readonly pattern: Pattern,
    fileBytes: number,
  ) {
    this.source = { size: fileBytes, crc32: pattern.crc32(0, fileBytes), bytes: null };
  }

  get sourceCrc32(): number {
    return this.source.crc32;
  }

  find(path: string): StubObject | undefined {
    return path.startsWith(`/${BUCKET}/downloads/`) ? this.source : this.stored.get(path);
  }

  keepsBytes(path: string): boolean {
    return !path.endsWith('.zip');
  }

  put(path: string, object: StubObject): void {
    this.stored.set(path, object);
  }

  delete(path: string): void {
    this.stored.delete(path);
  }

  /** Keys below a prefix of the bucket. */
  list(prefix: string): { key: string; size: number }[] {
    const start = `/${BUCKET}/${prefix}`;
    const found = [...this.stored].filter(([path]) => path.startsWith(start));
    return found.map(([path, { size }]) => ({ key: path.slice(BUCKET.length + 2), size }));
  }

  begin(path: string): string {
    this.lastUpload += 1;
    const id = `upload-${this.lastUpload}`;
    this.uploads.set(id, { path, parts: new Map() });
    return id;
  }

  upload(id: string | null): Upload | undefined {
    return this.uploads.get(id ?? '');
  }

  abort(id: string | null): void {
    this.uploads.delete(id ?? '');
  }

  /** Joins the listed parts. Returns false when one of them is missing. */
  complete(id: string, numbers: readonly number[]): boolean {
    const { path, parts } = this.uploads.get(id)!;
    const listed = numbers.map((number) => parts.get(number));
    if (listed.includes(undefined)) return false;
    const all = listed as StubPart[];
    const joined = all.reduce(
      (sum, part) => ({ size: sum.size + part.size, crc32: combineCrc32(sum.crc32, part.crc32, part.size) }),
      { size: 0, crc32: 0 },
    );
    const isKept = this.keepsBytes(path) && all.every(({ bytes }) => bytes !== null);
    this.stored.set(path, {
      ...joined,
      bytes: isKept ? Buffer.concat(all.map(({ bytes }) => bytes!)) : null,
    });
    this.uploads.delete(id);
    return true;
  }

  /** The sum of a range of an object: of a source, else only of a whole object. */
  crc32(path: string, start: number, end: number): number | null {
    const object = this.find(path);
    if (object === this.source) return this.pattern.crc32(start, end);
    return object && start === 0 && end === object.size ? object.crc32 : null;
  }
}
