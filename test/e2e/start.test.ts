import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { DevCommand } from '../support/dev-command.js';
import { describeWith } from '../support/require-server.js';
import { archiveOf } from '../support/start-download.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { TestServer } from '../support/test-server.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

describeWith(await locateTemporalCli(), 'npm start', (temporalCli) => {
  let command: DevCommand;
  const archiveLink = () => /Archive +(\S+)/.exec(command.log)![1]!;

  describe('running', () => {
    beforeAll(async () => {
      command = await DevCommand.create(temporalCli);
      await command.start();
    });
    afterAll(() => command.remove());

    it('downloads samples', async () => {
      expect(command.log).toContain(`${temporalCli} (TEMPORAL_CLI_PATH)`);
      const response = await fetch(archiveLink());
      const entries = await readWithPython(Buffer.from(await response.arrayBuffer()), 'zip');
      expect(entries).toHaveLength(3);
      const ui = /Web UI +(\S+)/.exec(command.log)![1]!;
      expect((await fetch(ui)).status).toBe(200);
    });

    it('delivers all twelve samples', async () => {
      const fileIds = Array.from({ length: 12 }, (_, i) => 70_000 + i);
      const entries = await archiveOf(command.baseUrl, fileIds);
      expect(new Set(entries.map((entry) => entry.name)).size).toBe(12);
    });

    it('downloads a file that was dropped into its folder', async () => {
      const folder = /Files +(\S+)/.exec(command.log)![1]!;
      await writeFile(join(folder, 'report.pdf'), 'mine');
      const listing = await (await fetch(`${command.baseUrl}/v1/files?query=report.pdf`)).json();
      expect(listing).toMatchObject({ files: [{ fileId: 'report.pdf', name: 'report.pdf', size: 4 }] });
      const [entry] = await archiveOf(command.baseUrl, ['report.pdf']);
      expect(entry).toMatchObject({ name: 'report.pdf', size: 4 });
    });

    it('leaves no process', () => expect(command.stop()).resolves.toBeUndefined());
  });

  describe('started anew', () => {
    beforeEach(async () => {
      command = await DevCommand.create(temporalCli);
    });
    afterEach(() => command.remove());

    it('keeps running when the first download fails', async () => {
      await command.start([], { MAX_BYTES_PER_JOB: '10000' });
      expect(command.log).toContain('The first download failed. It ended as failed:');
      expect(command.log).toContain('(JOB_TOO_LARGE)');
      const [entry] = await archiveOf(command.baseUrl, [70_000]);
      expect(entry?.name).toBe('Welcome to Longhaul.txt');
    });

    it('keeps earlier jobs after it was killed', async () => {
      await command.start();
      const link = archiveLink();
      await command.started!.kill();
      await waitFor('the services to notice', async () => !(await answers(command)));
      await command.start();
      expect((await fetch(link)).status).toBe(200);
    });

    it('stops with npm though the shell swallows the signal', async () => {
      const shell = `"$1" "$2"; true`;
      const args = ['-c', shell, 'npm', process.execPath, resolve('dist/dev/start.js')];
      const env = { ...command.env, npm_lifecycle_event: 'start' };
      command.started = new TestServer('sh', args, env, [command.dataDir]);
      command.started.start();
      await command.printed('Ctrl-C stops everything');
      command.started.signal('SIGTERM');
      await waitFor('the API to be gone', async () => !(await answers(command)));
      await waitFor('Temporal to be gone', async () => (await command.processes()).length === 0);
      expect(command.log).toContain('Stopping');
    });

    it.each(['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'])(
      'reports that %s is taken and how to change it',
      async (setting) => {
        const taken = createServer();
        await new Promise<void>((done) => taken.listen(Number(command.env[setting]), '127.0.0.1', done));
        try {
          const started = command.run();
          await waitFor('it to give up', () => !started.isRunning);
          expect(command.log).toContain(command.env[setting]);
          expect(command.log).toContain(`set ${setting} to another port`);
        } finally {
          await new Promise((done) => taken.close(done));
        }
      },
    );
  });
});

async function answers({ baseUrl }: DevCommand): Promise<boolean> {
  return fetch(`${baseUrl}/livez`).then(
    () => true,
    () => false,
  );
}
