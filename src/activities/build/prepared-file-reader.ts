import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { MissingFile, PreparedFile } from '../../contract/files.js';
import type { OnFileError } from '../../contract/job.js';
import type { FileSource } from '../../source/file-source.js';
import type { Logger } from '../../telemetry/logger.js';
import { logRefused } from '../log-refused.js';
import type { BuildMeter } from './build-meter.js';
import { FileLostError, toFileLost } from './file-lost.js';

/** A file ready to be read, or one that is lost and skipped. */
export type OpenedFile = { kind: 'open'; body: Readable } | { kind: 'lost'; missing: MissingFile };

/** Reads the files of one build. Every error about a file names it. */
export class PreparedFileReader {
  private readonly skipsLost: boolean;
  private readonly skipsFailing: boolean;
  private readonly logLost: (missing: MissingFile, reason: unknown) => void;

  /** @param options With `skip`, lost files are skipped; on the last attempt also those that fail. */
  constructor(
    private readonly source: FileSource,
    private readonly signal: AbortSignal,
    options: { onFileError: OnFileError; isLastAttempt: boolean; logger: Logger },
  ) {
    this.skipsLost = options.onFileError === 'skip';
    this.skipsFailing = this.skipsLost && options.isLastAttempt;
    this.logLost = logRefused(options.logger);
  }

  /** @throws FileLostError when the file is lost and the job does not skip lost files. */
  open(file: PreparedFile): Promise<OpenedFile> {
    return this.orLost(file, () => this.source.open(file.source, file.size, this.signal));
  }

  /** Reads a small file completely, so that losing it midway does not spoil the archive. */
  readWhole(file: PreparedFile): Promise<OpenedFile> {
    return this.orLost(file, async () => {
      const body = await this.source.open(file.source, file.size, this.signal);
      return Readable.from([await buffer(body)], { objectMode: false });
    });
  }

  /** Streams the bytes of an open file and counts them. @throws FileLostError when the file is lost midway. */
  async *chunksOf(file: PreparedFile, body: Readable, meter: BuildMeter): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        meter.addBytes(chunk.length);
        yield chunk;
      }
    } catch (error) {
      throw toFileLost(file, error, this.skipsFailing);
    }
  }

  private async orLost(file: PreparedFile, read: () => Promise<Readable>): Promise<OpenedFile> {
    try {
      return { kind: 'open', body: await read() };
    } catch (cause) {
      const error = toFileLost(file, cause, this.skipsFailing);
      if (!this.skipsLost || !(error instanceof FileLostError)) throw error;
      this.logLost(error.missing, cause);
      return { kind: 'lost', missing: error.missing };
    }
  }
}
