import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ErrorCode, errorCodeOf } from '../contract/errors.js';
import {
  type MultipartStore,
  NO_CAPABILITIES,
  type OpenUpload,
  type SentPart,
  type StoreCapabilities,
} from './multipart-store.js';
import type { ObjectStore } from './object-store.js';
import { isRefusal } from './s3/s3-errors.js';

const KIB = 1024;

/** Smallest part that may have successors. */
const PART_BYTES = 5 * KIB * KIB;

/** Ends a probe of a store that hardly answers. */
const PROBE_MS = 300_000;

/** Codes of the ports for a store that did what it should. */
const REFUSALS = new Set<ErrorCode | undefined>(['ARCHIVE_INCOMPLETE', 'FILE_CHANGED']);

export type ProbedStore = ObjectStore & MultipartStore;

/**
 * Finds out what a store does with uploads of about 20 MiB, because stores differ from the S3 API in ways that spoil
 * archives without an error. A refusal counts as an answer.
 * @param prefix of the objects that it writes and deletes; unique, so that several probes do not disturb each other.
 * @throws LonghaulError when the store does not answer, or denies access: that says nothing about its capabilities.
 */
export async function probeStore(store: ProbedStore, prefix: string): Promise<StoreCapabilities> {
  const probe = new StoreProbe(store, prefix, AbortSignal.timeout(PROBE_MS));
  try {
    return await probe.run();
  } finally {
    await probe.cleanUp();
  }
}

class StoreProbe {
  private readonly keys: string[] = [];

  constructor(
    private readonly store: ProbedStore,
    private readonly prefix: string,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<StoreCapabilities> {
    const source = randomBytes(PART_BYTES + 64 * KIB);
    const { etag } = await this.store.write(this.newKey(), source, { signal: this.signal });
    const whole = { key: this.keys.at(-1)!, etag, bytes: source };
    const checked = (await this.refusesWrongSum()) ? await this.segments(true) : null;
    const joined = checked ?? (await this.segments(false));
    if (!joined) return NO_CAPABILITIES;
    const copies = checked && (await this.copies(true, whole, joined));
    if (copies) return { segments: true, ...copies, fullObjectChecked: true };
    // A store that spoils the checksum of an object with copied parts is trusted with no checksum of an object.
    const uncheckedCopies = (await this.copies(false, whole, joined)) ?? {};
    return { ...NO_CAPABILITIES, segments: true, ...uncheckedCopies };
  }

  /** Best effort; the sweep deletes the rest. */
  async cleanUp(): Promise<void> {
    await this.store.abortUploads(this.prefix).catch(() => {});
    await this.store.delete(this.keys).catch(() => {});
  }

  /** Returns true when the store refuses to complete an upload whose CRC-32 is wrong. */
  private async refusesWrongSum(): Promise<boolean> {
    const bytes = randomBytes(KIB);
    const upload = await this.begin(true);
    const part = upload && (await this.send(upload, 1, bytes));
    if (!upload || !part) return false;
    const wrong = (crc32(bytes) ^ 1) >>> 0;
    return (await this.unlessRefused(upload.complete([part], wrong, this.signal))) === null;
  }

  /**
   * Completes an upload of sparse, unequal parts, of which one was overwritten and one is not listed.
   * @returns the object, or null when it cannot be completed or has wrong bytes.
   */
  private async segments(checked: boolean): Promise<Found | null> {
    const [first, last] = [randomBytes(PART_BYTES), randomBytes(KIB)];
    const [old, replaced] = [randomBytes(PART_BYTES + KIB), randomBytes(PART_BYTES + KIB)];
    const upload = await this.begin(checked);
    if (!upload) return null;
    const sent = [
      await this.send(upload, 3, first),
      await this.send(upload, 40, old),
      await this.send(upload, 40, replaced),
      await this.send(upload, 9_000, last),
      await this.send(upload, 70, randomBytes(KIB)),
    ];
    if (sent.includes(null)) return null;
    const [one, stale, fresh, end] = sent as SentPart[];
    const asOld = Buffer.concat([first, old, last]);
    const etag = await this.completed(upload, [one!, stale!, end!], asOld);
    if (etag !== null) return this.verified(upload, etag, asOld);
    const asNew = Buffer.concat([first, replaced, last]);
    const etagOfNew = await this.completed(upload, [one!, fresh!, end!], asNew);
    return etagOfNew === null ? null : this.verified(upload, etagOfNew, asNew);
  }

  /** Returns what the store can copy; null when it copies wrongly or not at all. */
  private async copies(checked: boolean, whole: Found, joined: Found) {
    const upload = await this.begin(checked);
    if (!upload) return null;
    const another = { ...whole, etag: '"00000000000000000000000000000000"' };
    const ignored = await this.copy(upload, 1, another, [0, PART_BYTES]);
    const ofWhole = await this.copy(upload, 2, whole, [KIB, KIB + PART_BYTES]);
    if (ignored || !ofWhole) return null;
    // Across the border of two parts.
    const ofJoined = await this.copy(upload, 5, joined, [KIB, KIB + PART_BYTES]);
    const bytes = randomBytes(KIB);
    const literal = await this.send(upload, 9, bytes);
    if (!literal) return null;
    const copied = [ofWhole, ...(ofJoined ? [ofJoined] : [])];
    const expected = Buffer.concat([...copied.map((part) => part.bytes), bytes]);
    const etag = await this.completed(upload, [...copied.map(({ part }) => part), literal], expected);
    if (etag === null || !(await this.verified(upload, etag, expected))) return null;
    const copySums = copied.every(({ part, bytes: range }) => part.crc32 === crc32(range));
    return { copies: true, copySums, joints: ofJoined !== null };
  }

  private async begin(checked: boolean): Promise<OpenUpload | null> {
    return this.unlessRefused(this.store.begin(this.newKey(), { checked }, this.signal));
  }

  private send(upload: OpenUpload, number: number, bytes: Buffer): Promise<SentPart | null> {
    return this.unlessRefused(upload.sendPart(number, [bytes], crc32(bytes), this.signal));
  }

  private async copy(upload: OpenUpload, number: number, from: Found, [start, end]: [number, number]) {
    const part = await this.unlessRefused(upload.copyPart(number, from, { start, end }, this.signal));
    return part && { part, bytes: from.bytes.subarray(start, end) };
  }

  private async completed(upload: OpenUpload, parts: SentPart[], bytes: Buffer): Promise<string | null> {
    const completion = await this.unlessRefused(upload.complete(parts, crc32(bytes), this.signal));
    return completion?.etag ?? null;
  }

  /** Returns the object when it has the expected bytes and no other checksum. */
  private async verified({ ref: { key } }: OpenUpload, etag: string, bytes: Buffer): Promise<Found | null> {
    const info = await this.store.head(key, this.signal);
    const told = info.crc32 ?? crc32(bytes);
    if (info.size !== bytes.length || told !== crc32(bytes)) return null;
    const found = Buffer.alloc(bytes.length);
    await this.store.readInto(key, { etag: info.etag, start: 0, end: found.length }, found, this.signal);
    return found.equals(bytes) ? { key, etag, bytes } : null;
  }

  private async unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
    try {
      return await answer;
    } catch (error) {
      if (REFUSALS.has(errorCodeOf(error)) || isRefusal(error)) return null;
      throw error;
    }
  }

  private newKey(): string {
    const key = `${this.prefix}${this.keys.length}`;
    this.keys.push(key);
    return key;
  }
}

interface Found {
  key: string;
  etag: string;
  bytes: Buffer;
}
