import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HANDED_OVER } from '../../../../src/contract/activities.js';
import type { BuildProgress } from '../../../../src/contract/snapshot.js';
import { noise } from '../../../support/bodies.js';
import { waitFor } from '../../../support/wait-for.js';
import {
  aBuild,
  ActivityBench,
  aProgress,
  Attempt,
  changed,
  failureOf,
  hangingAfter,
  type Store,
  type StoredFile,
} from '../support.js';

const MIB = 1024 * 1024;
/** More than an upload holds in memory. */
const FIRST = 20 * MIB;
/** Bytes until the last file hangs. */
const REACHED = FIRST + MIB + 5;

describe.each(['segments', 'streamed'] as const)('buildArchive in progress, %s', (engine) => {
  let bench: ActivityBench;
  let files: StoredFile[];
  beforeEach(async () => {
    bench = await ActivityBench.start(engine);
    files = [
      await bench.put(0, Buffer.from('small')),
      await bench.put(1, noise(FIRST)),
      await bench.put(2, noise(2 * MIB)),
    ];
  });
  afterEach(() => bench.stop());

  /** A store whose last file stalls midway. */
  function hanging(): Store {
    const { source } = files[2]!;
    return changed(bench.store, {
      read: (key, options) =>
        key === source.key
          ? Promise.resolve(hangingAfter(noise(options?.start ? 0 : MIB), options?.signal))
          : bench.store.read(key, options),
    });
  }

  /** Stops a build there. */
  async function stoppedThere(attempt: Attempt, reason?: Parameters<Attempt['stop']>[0]) {
    const { buildArchive } = bench.activities({ store: hanging() });
    const built = attempt.run(buildArchive, aBuild(files)).catch((error: unknown) => error);
    await waitFor('the file to hang', () => progressOf(attempt)?.bytes === REACHED);
    expect(await bench.filesOfArchives()).not.toEqual([]);
    attempt.stop(reason);
    return built;
  }

  const progressOf = ({ heartbeats }: Attempt) => heartbeats.at(-1) as BuildProgress | undefined;

  it('reports bytes, files and the current file', async () => {
    const attempt = new Attempt();
    await stoppedThere(attempt);
    expect(progressOf(attempt)).toEqual({
      bytes: REACHED,
      files: 2,
      currentFile: 'file-2.txt',
      bytesHighWater: REACHED,
      filesHighWater: 2,
      attempts: 1,
    });
  });

  it('leaves nothing after a cancellation', async () => {
    expect(await stoppedThere(new Attempt())).toBeInstanceOf(CancelledFailure);
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('hands over its progress when the worker shuts down', async () => {
    const failure = await failureOf(Promise.reject(await stoppedThere(new Attempt(), 'WORKER_SHUTDOWN')));
    expect(failure).toMatchObject({ type: HANDED_OVER, nonRetryable: true });
    expect(failure.details).toEqual([
      aProgress({
        bytes: REACHED,
        files: 2,
        currentFile: 'file-2.txt',
        bytesHighWater: REACHED,
        filesHighWater: 2,
        attempts: 1,
      }),
    ]);
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('never reports less than the previous attempt', async () => {
    const attempt = new Attempt(
      2,
      aProgress({ bytes: 30 * MIB, bytesHighWater: 40 * MIB, filesHighWater: 4 }),
    );
    await stoppedThere(attempt);
    expect(progressOf(attempt)).toMatchObject({ bytes: REACHED, bytesHighWater: 40 * MIB });
    for (const heartbeat of attempt.heartbeats) {
      expect(heartbeat).toMatchObject({ bytesHighWater: 40 * MIB, filesHighWater: 4 });
    }
  });

  it('never reports less than the handover', async () => {
    const attempt = new Attempt();
    const handedOver = aProgress({ bytesHighWater: 40 * MIB, filesHighWater: 4 });
    const { buildArchive } = bench.activities({ store: hanging() });
    const built = attempt.run(buildArchive, aBuild(files, { handedOver })).catch((error: unknown) => error);
    await waitFor('a heartbeat', () => attempt.heartbeats.length > 0);
    attempt.stop('WORKER_SHUTDOWN');
    expect(await failureOf(Promise.reject(await built))).toMatchObject({
      details: [{ bytesHighWater: 40 * MIB, filesHighWater: 4 }],
    });
  });

  it('never reports less after a restart', async () => {
    const lost = files[2]!;
    const breaking = bench.breakingAt(MIB, lost, () => bench.replace(lost));
    let builds = 0;
    const store = changed(breaking, {
      read: async (key, options) => {
        // The engine reads large files in several ranges.
        if (key === lost.source.key && options?.start) await bench.replace(lost);
        if (key !== files[1]!.source.key) return breaking.read(key, options);
        if (!options?.start) builds++;
        if (builds < 2) return breaking.read(key, options);
        return hangingAfter(noise(options?.start ? 0 : MIB), options?.signal);
      },
    });
    const attempt = new Attempt();
    const { buildArchive } = bench.activities({ store });
    const built = attempt.run(buildArchive, aBuild(files, { onFileError: 'skip' }));
    const ended = built.catch((error: unknown) => error);
    await waitFor('the second build', () => builds === 2 && progressOf(attempt)?.bytes === MIB + 5);
    expect(progressOf(attempt)).toMatchObject({ files: 1 });
    const marks = attempt.heartbeats.map((heartbeat) => (heartbeat as BuildProgress).bytesHighWater);
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
    // The engine reads files side by side, so it loses this one earlier.
    if (engine === 'streamed') expect(marks.at(-1)).toBe(REACHED);
    attempt.stop();
    expect(await ended).toBeInstanceOf(CancelledFailure);
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it.each([
    ['just before', async (attempt: Attempt) => attempt.stop()],
    ['just after', async () => {}],
  ])('stops when cancelled %s a large file opens', async (_, before) => {
    const attempt = new Attempt();
    const store = changed(bench.store, {
      read: async (key, options) => {
        if (key !== files[1]!.source.key) return bench.store.read(key, options);
        await before(attempt);
        const stream = await bench.store.read(key, options);
        attempt.stop();
        return stream;
      },
    });
    const built = attempt.run(bench.activities({ store }).buildArchive, aBuild(files));
    await expect(built).rejects.toBeInstanceOf(CancelledFailure);
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('stops when cancelled before it starts', async () => {
    const attempt = new Attempt();
    attempt.stop();
    const built = attempt.run(bench.activities().buildArchive, aBuild(files));
    await expect(built).rejects.toBeInstanceOf(CancelledFailure);
    expect(await bench.filesOfArchives()).toEqual([]);
  });
});
