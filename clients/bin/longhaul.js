#!/usr/bin/env node
// npm links a command only if its file exists at installation, and the build runs later.
await import('../dist/cli/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('The command line is not built yet. Run: npm run build\n');
  process.exitCode = 1;
});
