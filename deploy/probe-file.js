import { loadWorkerSettings } from '../dist/config/env.js';
import { createObjectStore } from '../dist/storage/create-store.js';

/** Stores the file that the probe downloads. Its key needs the right to write files, which no process of Longhaul has. */
const { PROBE_FILE_ID = 'longhaul-probe' } = process.env;
try {
  const store = await createObjectStore(loadWorkerSettings().store);
  await store.write(
    `downloads/${PROBE_FILE_ID}`,
    Buffer.from('The probe of Longhaul downloads this file.\n'),
  );
} catch (error) {
  process.stderr.write(`The file of the probe was not stored: ${error.message}\n`);
  process.exitCode = 1;
}
process.exit();
