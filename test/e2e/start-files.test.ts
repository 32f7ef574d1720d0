import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileListPage } from '../../src/contract/http/answers.js';
import { DevCommand } from '../support/dev-command.js';
import { FileServer } from '../support/file-server.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { s3Settings } from '../support/stack.js';
import { archiveOf } from '../support/start-download.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const temporal = await locateTemporalCli();
const seaweedFs = await locateSeaweedFs();

describeWith(temporal, 'npm start -- ./folder', (temporalCli) => {
  let command: DevCommand;
  let folder: string;
  beforeEach(async () => {
    command = await DevCommand.create(temporalCli);
    folder = await mkdtemp(join(tmpdir(), 'longhaul-photos-'));
  });
  afterEach(async () => {
    await command.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const put = async (path: string, content = path) => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  const list = async () =>
    ((await (await fetch(`${command.baseUrl}/v1/files`)).json()) as FileListPage).files;
  /** Everything in the folder, with times. */
  const contents = async () => {
    const names = (await readdir(folder, { recursive: true })).toSorted();
    return Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).mtimeMs]));
  };

  it('downloads files of any name and changes nothing', async () => {
    const names = ['Annual Report 2024.pdf', 'report.pdf', 'Übersicht 😀.txt', 'trip 1/IMG 1.jpg', '70000'];
    for (const name of names) await put(name);
    await put('.env');
    await symlink('/etc/hostname', join(folder, 'link'));
    const before = await contents();

    await command.start([folder]);
    expect(command.log).toContain(`${folder} (5 files, read only)`);
    expect(command.log).toContain('Ready: 3 files');
    const printed = JSON.parse(/-d '(.*)'/.exec(command.log)![1]!) as { fileIds: string[] };
    const files = await list();
    expect(files.map(({ name }) => String(name)).toSorted()).toEqual(names.toSorted());
    expect(files.map(({ fileId }) => String(fileId))).toEqual(expect.arrayContaining(printed.fileIds));
    const entries = await archiveOf(
      command.baseUrl,
      files.map(({ fileId }) => fileId),
    );
    expect(entries.map(({ name }) => name).toSorted()).toEqual(names.toSorted());

    await put('later/new file.txt');
    await waitFor('the new file', async () => (await list()).length === names.length + 1);
    await rm(join(folder, 'later'), { recursive: true });
    await command.stop();
    expect(await contents()).toEqual(before);
  });

  it('starts on an empty folder', async () => {
    await command.start([folder]);
    expect(command.log).toContain(`${folder} (0 files, read only)`);
    expect(command.log).toContain('The folder is empty.');
    await put('first one.txt');
    await waitFor('the first file', async () => (await list()).length === 1);
  });

  it.each([
    ['missing', 'does not exist. Choose another one.'],
    ['file', 'is not a folder. Choose another one.'],
  ])('ends with one line when the folder is %s', async (name, problem) => {
    await put('file');
    const started = command.run([join(folder, name)]);
    await waitFor('it to end', () => !started.isRunning);
    expect(started.exitCode).toBe(1);
    expect(command.log.trim()).toBe(`The folder ${join(folder, name)} ${problem}`);
  });

  it('resolves the folder where npm was called', async () => {
    await put('photos/a.txt');
    await command.start(['photos'], { INIT_CWD: folder });
    expect(command.log).toContain(`${join(folder, 'photos')} (1 file, read only)`);
  });
});

describeWith(temporal, 'npm start with files elsewhere', (temporalCli) => {
  let command: DevCommand;
  beforeEach(async () => {
    command = await DevCommand.create(temporalCli);
  });
  afterEach(() => command.remove());

  it('downloads nothing from a URL template by itself', async () => {
    const server = await FileServer.start();
    try {
      const { host } = new URL(server.receiver.url);
      server.put('/a.txt', { bytes: Buffer.from('mine') });
      const url = `http://${host}/{id}?token=secret-token`;
      await command.start([], { CATALOGUE_URL: url, OUTBOUND_ALLOWED_HOSTS: host });
      expect(server.receiver.requests).toEqual([]);
      expect(command.log).toContain(`Files      on ${host} (CATALOGUE_URL)`);
      expect(command.log).not.toContain('secret-token');
      expect(await archiveOf(command.baseUrl, ['a.txt'])).toMatchObject([{ name: 'a.txt', size: 4 }]);
    } finally {
      await command.stop();
      await server.stop();
    }
  });

  describeWith(seaweedFs, 'in a bucket', (weed) => {
    it('waits for a bucket that is away', async () => {
      const s3 = await startSeaweedFs(weed);
      try {
        await s3.kill();
        await command.start([], s3Settings(s3), 'Not healthy yet');
        expect(command.log).toMatch(/ storage +\S.*: check S3_ENDPOINT/);
        await s3.restart();
        await command.printed('Jobs and files are kept');
        expect(command.log).toContain(`bucket ${s3.bucket} (${new URL(s3.endpoint).host})`);
        expect(command.log).toContain('"fileIds": ["YOUR-ID"]');
        expect(command.log).not.toContain(s3.secretAccessKey);
        expect(command.log).not.toContain('Ready:');
      } finally {
        await command.stop();
        await s3.stop();
      }
    });
  });
});
