import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DevCommand } from '../support/dev-command.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

describeWith(await locateTemporalCli(), 'npm run demo', (temporalCli) => {
  let demo: DevCommand;
  beforeEach(async () => {
    demo = await DevCommand.create(temporalCli, 'dist/dev/demo.js');
  });
  afterEach(() => demo.remove());

  it('moves, ends in a working link, leaves nothing', async () => {
    // Settings of a real deployment do not disturb it.
    const env = {
      OBJECT_STORE: 's3',
      S3_BUCKET_NAME: 'b',
      NODE_ENV: 'production',
      AUTH_MODE_NONE_IN_PRODUCTION: 'true',
    };
    const small = { DEMO_MEGABYTES: '16', DEMO_SECONDS: '4' };
    await demo.start([], { ...env, ...small }, 'Ctrl-C ends the demo');
    const shown = [...demo.log.matchAll(/running \((\d+)%\): Fetching/g)].map((match) => Number(match[1]));
    expect(shown.length).toBeGreaterThan(1);
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    expect((await fetch(/curl -s (\S+status\S+)/.exec(demo.log)![1]!)).status).toBe(200);

    const archive = await fetch(/curl -fL -o demo.zip (\S+)/.exec(demo.log)![1]!);
    const entries = await readWithPython(Buffer.from(await archive.arrayBuffer()), 'zip');
    expect(entries.map(({ name, size }) => [name, size])).toEqual(
      Array.from({ length: 8 }, (_, index) => [`made-up-${index + 1}.bin`, 2_000_000]),
    );
    expect(existsSync(join(demo.dataDir, 'demo'))).toBe(true);
    await demo.stop();
    expect(existsSync(join(demo.dataDir, 'demo'))).toBe(false);
  });

  it.each([
    [{ DEMO_SECONDS: '0' }, 'DEMO_SECONDS must be a whole number from 1 to 3600'],
    [{ DEMO_MEGABYTES: 'many' }, 'DEMO_MEGABYTES must be a whole number from 1 to 100000'],
  ])('ends with one line for %j', async (env, problem) => {
    const started = demo.run([], env);
    await waitFor('it to end', () => !started.isRunning);
    expect(demo.log).toContain(problem);
  });

  it('names a port in use and its setting', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(Number(demo.env['PORT']), '127.0.0.1', done));
    try {
      const started = demo.run();
      await waitFor('it to end', () => !started.isRunning);
      expect(demo.log).toContain('set PORT to another port');
    } finally {
      await new Promise((done) => taken.close(done));
    }
  });
});
