import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DevCommand } from '../support/dev-command.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'npm run demo', (temporalCli) => {
  let demo: DevCommand;
  beforeEach(async () => {
    demo = await DevCommand.create(temporalCli, 'dist/dev/demo.js');
  });
  afterEach(() => demo.remove());

  it('survives the suggested kill of its worker', async () => {
    await demo.start([], { DEMO_MEGABYTES: '40', DEMO_SECONDS: '10' }, 'Fetching 1 of 8 files');
    const pid = Number(/kill -9 (\d+)/.exec(demo.log)![1]);
    process.kill(pid, 'SIGKILL');
    await demo.printed('Ctrl-C ends the demo', 100_000);
    expect(demo.log).toContain('The worker process ended (SIGKILL). Restarting it.');
    expect(demo.log).toContain('Ready: 8 files');
  });
});
