import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { versionOf } from '../../../src/runtime/build-info.js';
import { HISTORIES } from '../../support/releases.js';

/** The folder of this release. */
const FOLDER = join(HISTORIES, versionOf());

/** Writes the history of a workflow as the replay test reads it. */
export async function saveHistory(client: Client, name: string, workflowId: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), `${anonymized(historyToJSON(history))}\n`);
}

/** Removes the names of the machine and its folders. */
function anonymized(history: string): string {
  return (
    history
      .replaceAll(/"identity": ?"[^"]*"/g, '"identity": "worker"')
      // The name of a sticky task queue contains the host.
      .replaceAll(/"\d+@[^"]*"/g, '"sticky"')
      .replaceAll(/"stackTrace": ?"(?:[^"\\]|\\.)*"/g, '"stackTrace": ""')
  );
}
