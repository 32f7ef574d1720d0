import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { DevCommand } from '../support/dev-command.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

describeWith(await locateTemporalCli(), 'npm run demo', (temporalCli) => {
  let demo: DevCommand;
  beforeEach(async () => {
    demo = await DevCommand.create(temporalCli, 'dist/dev/demo.js');
  });
  afterEach(() => demo.remove());

  it('survives the suggested kill of its worker', async () => {
    await demo.start([], { DEMO_MEGABYTES: '40', DEMO_SECONDS: '15' }, 'kill -9');
    const status = /curl -s (\S+status\S+)/.exec(demo.log)![1]!;
    await waitFor('the first bytes', async () => {
      const { bytesProcessed } = (await (await fetch(status)).json()) as DownloadStatus;
      return bytesProcessed > 0;
    });
    const pid = Number(/kill -9 (\d+)/.exec(demo.log)![1]);
    process.kill(pid, 'SIGKILL');
    await demo.printed('Ctrl-C ends the demo', 100_000);
    expect(demo.log).toContain('The worker process ended (SIGKILL). Restarting it.');
    expect(demo.log).toContain('Ready: 8 files');
  });
});
