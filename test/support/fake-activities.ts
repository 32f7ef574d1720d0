import { ApplicationFailure, Context } from '@temporalio/activity';
import type {
  BuildArchiveInput,
  DownloadActivities,
  PrepareFilesInput,
  PublishArchiveInput,
} from '../../src/contract/activities.js';
import type { ErrorCode } from '../../src/contract/errors.js';
import type { BuiltArchive } from '../../src/contract/snapshot.js';
import type { PreparedChunk } from '../../src/contract/files.js';
import { aChunk, aPreparedFile } from './jobs.js';

type Name = keyof DownloadActivities;

/** Fake activities that succeed and record their calls; tests can make them fail or hang. */
export class FakeActivities implements DownloadActivities {
  readonly calls: { name: Name; attempt: number; at: number; input: unknown }[] = [];
  private readonly scripts = new Map<Name, (() => Promise<void>)[]>();

  /** Behavior of the next calls of an activity before it succeeds. */
  script(name: Name, ...steps: (() => Promise<void>)[]): this {
    this.scripts.set(name, [...(this.scripts.get(name) ?? []), ...steps]);
    return this;
  }

  callsOf(name: Name) {
    return this.calls.filter((call) => call.name === name);
  }

  prepareFiles = async (input: PrepareFilesInput): Promise<PreparedChunk> => {
    await this.call('prepareFiles', input);
    const chunk = aChunk(input.files.map((_, i) => aPreparedFile(input.firstIndex + i)));
    return { ...chunk, attempt: Context.current().info.attempt };
  };

  buildArchive = async (input: BuildArchiveInput): Promise<BuiltArchive> => {
    await this.call('buildArchive', input);
    const files = input.chunks.flatMap((chunk) => (Array.isArray(chunk.files) ? chunk.files : []));
    const bytes = files.reduce((total, file) => total + file.size, 0);
    const skipped = input.chunks.reduce((total, chunk) => total + chunk.missingCount, 0);
    const { attempt } = Context.current().info;
    return {
      key: `archives/${input.jobId}`,
      size: bytes + 100,
      checksum: 'sha256:0',
      bytes,
      files: files.length,
      skipped,
      attempt,
    };
  };

  publishArchive = async (input: PublishArchiveInput): Promise<{ attempt: number }> => {
    await this.call('publishArchive', input);
    return { attempt: Context.current().info.attempt };
  };

  removeArtifacts = async (input: { jobId: string }): Promise<void> => {
    await this.call('removeArtifacts', input);
  };

  private async call(name: Name, input: unknown): Promise<void> {
    const { attempt, currentAttemptScheduledTimestampMs: at } = Context.current().info;
    this.calls.push({ name, attempt, at, input });
    await this.scripts.get(name)?.shift()?.();
  }
}

/** Fails with a code of the error table, like a real activity. */
export function failWith(type: ErrorCode, { nonRetryable = false, message = `because of ${type}` } = {}) {
  return async () => {
    const details = [{ cause: null, attempt: Context.current().info.attempt }];
    throw ApplicationFailure.create({ type, message, nonRetryable, details });
  };
}

/** Heartbeats until it is cancelled. */
export async function untilCancelled(): Promise<void> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 50);
  try {
    await context.cancelled;
  } finally {
    clearInterval(timer);
  }
}
