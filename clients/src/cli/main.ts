import { EXIT } from './exit-codes.js';
import { onBrokenPipe } from './output/console.js';
import { run } from './run.js';

// A reader such as `head` that has gone needs nothing more. `download -o -` reports it by its exit code.
onBrokenPipe(process.stdout, () => (process.exitCode ??= EXIT.done));
onBrokenPipe(process.stderr, () => {});

process.exitCode = await run(process.argv.slice(2));
