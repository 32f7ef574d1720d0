import { Connection } from '@temporalio/client';

const CALL_TIMEOUT_MS = 5_000;

/** Raises the retention of closed workflows to `retentionMs`; never lowers it. */
export async function ensureRetention(
  address: string,
  namespace: string,
  retentionMs: number,
): Promise<void> {
  const connection = Connection.lazy({ address });
  const { workflowService } = connection;
  const wanted = Math.ceil(retentionMs / 1_000);
  try {
    await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async () => {
      const { config } = await workflowService.describeNamespace({ namespace });
      if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) >= wanted) return;
      const longer = { workflowExecutionRetentionTtl: { seconds: wanted as never } };
      await workflowService.updateNamespace({ namespace, config: longer });
    });
  } finally {
    await connection.close();
  }
}
