import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { jobIdOf } from '../contract/names.js';
import { temporalConnection } from '../temporal/connection.js';
import { replayHistories } from '../temporal/replay-histories.js';
import { printLine } from './print.js';
import { runCli } from './run-cli.js';

const WORKFLOW_BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

const ADVICE = `Workers of this version cannot continue them. Do not deploy it.
Guard the change of the workflow with patched(), see docs/upgrades.md.`;

/** Replays what the namespace of the settings holds with the workflows of this version, before they are deployed. */
async function run(): Promise<void> {
  const { last, bundle } = options();
  silenceRuntime();
  const { connectionOptions, namespace } = temporalConnection();
  const connection = await Connection.connect(connectionOptions);
  try {
    let [replayed, broken] = [0, 0];
    for await (const { workflowId, problem } of replayHistories(
      new Client({ connection, namespace }),
      bundle,
      last,
    )) {
      replayed++;
      if (problem === undefined) continue;
      broken++;
      const jobId = jobIdOf(workflowId);
      printLine(`${jobId ? `Job ${jobId}, ` : ''}${workflowId}: ${problem}`);
    }
    printLine(`Replayed ${replayed} histories of namespace ${namespace}, ${broken} without success.`);
    if (broken > 0) throw new Error(ADVICE);
  } finally {
    await connection.close();
  }
}

/** @throws Error for a wrong argument. */
function options() {
  const { values } = parseArgs({
    options: {
      last: { type: 'string', default: '200' },
      bundle: { type: 'string', default: WORKFLOW_BUNDLE },
    },
  });
  if (!/^[1-9]\d{0,5}$/.test(values.last)) throw new Error('--last must be a number from 1 to 999999');
  return { last: Number(values.last), bundle: values.bundle };
}

/** Keeps the SDK from printing each failure a second time. */
function silenceRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}

await runCli(run);
// The SDK keeps threads for further replays.
process.exit();
