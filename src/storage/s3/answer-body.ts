import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface AnswerHead {
  statusCode: number;
  /** Values are Latin-1, as in Node. */
  headers: Record<string, string>;
}

/** Takes the body of one answer. `begin`, `receive` and `end` may throw: the request fails and its connection closes. */
export interface AnswerBody {
  /** True when the request is answered as soon as the head arrived. */
  readonly answersAtHead: boolean;
  /** The value that the answer carries as its body. */
  readonly value: Readable | Buffer;
  begin(head: AnswerHead, controller: Dispatcher.DispatchController): void;
  receive(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** Bodies of answers without an object have at most a few kilobytes. */
const MAX_SMALL_BYTES = 64 * 1024;

/** Collects a short body. Keeps nothing of a long one. */
export class SmallBody implements AnswerBody {
  readonly answersAtHead = false;
  private readonly chunks: Buffer[] = [];
  private size = 0;

  get value(): Buffer {
    return this.size > MAX_SMALL_BYTES ? Buffer.alloc(0) : Buffer.concat(this.chunks);
  }

  begin(): void {}

  receive(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size <= MAX_SMALL_BYTES) this.chunks.push(chunk);
  }

  end(): void {}
  fail(): void {}
}

/** A body that is shorter or longer than requested. The request may be repeated. */
class WrongLength extends Error {
  readonly code = WRONG_LENGTH;
}

export const WRONG_LENGTH = 'WRONG_LENGTH';

/** Copies a body into a buffer that it must fill exactly. */
export class FilledBuffer implements AnswerBody {
  readonly answersAtHead = false;
  readonly value = Buffer.alloc(0);
  private filled = 0;

  /** @param check verifies the head of the answer; throws to reject it. */
  constructor(
    private readonly into: Uint8Array,
    private readonly check: (head: AnswerHead) => void,
  ) {}

  begin(head: AnswerHead): void {
    this.check(head);
    const length = head.headers['content-length'];
    if (length !== undefined && Number(length) !== this.into.length) throw this.mismatch(`not ${length}`);
  }

  receive(chunk: Buffer): void {
    if (chunk.length > this.into.length - this.filled) throw this.mismatch('no more');
    this.into.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  end(): void {
    if (this.filled < this.into.length) throw this.mismatch(`not ${this.filled}`);
  }

  fail(): void {}

  private mismatch(found: string): Error {
    return new WrongLength(`The body must have ${this.into.length} bytes, ${found}`);
  }
}

/** Limits the buffered bytes of one stream. */
const HIGH_WATER_MARK = 64 * 1024;

/** Streams a body. Destroying the stream closes the connection. */
export class BodyStream extends Readable implements AnswerBody {
  readonly answersAtHead = true;
  private controller: Dispatcher.DispatchController | undefined;

  constructor() {
    super({ highWaterMark: HIGH_WATER_MARK });
    // Before a reader listens; it finds the error in `errored`.
    this.on('error', () => {});
  }

  get value(): Readable {
    return this;
  }

  begin(_: AnswerHead, controller: Dispatcher.DispatchController): void {
    this.controller = controller;
  }

  receive(chunk: Buffer): void {
    if (!this.push(chunk)) this.controller?.pause();
  }

  end(): void {
    this.push(null);
  }

  fail(error: Error): void {
    this.destroy(error);
  }

  override _read(): void {
    // Later, because the reader of one stream may run inside the parser of another, which cannot resume then.
    queueMicrotask(() => this.controller?.resume());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    // Does nothing after the end of the body.
    this.controller?.abort(error ?? new Error('The body was closed before its end'));
    callback(error);
  }
}
