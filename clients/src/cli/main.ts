import { reportOutputFailure } from './output/output-failure.js';
import { run } from './run.js';

process.stdout.on('error', (error) => process.exit(reportOutputFailure(error)));
// There is no other place to say it.
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2));
