import { Client, Connection } from '@temporalio/client';

/** Returns a workflow's history and description as one searchable text, with payloads decoded. */
export async function historyText(temporalAddress: string, workflowId: string): Promise<string> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowId);
    const [history, { raw }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
    return [...textsOf([history, raw])].join('\n');
  } finally {
    await connection.close();
  }
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield Buffer.from(value).toString('utf8');
  else if (value !== null && typeof value === 'object') {
    for (const part of Object.values(value)) yield* textsOf(part);
  }
}
