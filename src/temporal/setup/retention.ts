import type { Logger } from '../../telemetry/logger.js';

/** The part of a Temporal connection that reads a namespace. */
interface Namespaces {
  workflowService: {
    describeNamespace(request: { namespace: string }): Promise<{
      config?: { workflowExecutionRetentionTtl?: { seconds?: unknown } | null } | null;
    }>;
  };
}

/**
 * Warns when the namespace deletes a job before its archive expires: the status would answer 404 and the archive
 * would be unreachable. Does nothing without the permission to read the namespace.
 */
export async function warnOfShortRetention(
  { workflowService }: Namespaces,
  namespace: string,
  ttlMs: number,
  logger: Logger,
): Promise<void> {
  const { config } = await workflowService.describeNamespace({ namespace }).catch(() => ({ config: null }));
  const retentionMs = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1_000;
  if (retentionMs === 0 || retentionMs >= ttlMs) return;
  logger.warn(
    { namespace, retentionMs, ttlMs },
    'the namespace deletes jobs before their archives expire: raise its retention, or lower DOWNLOAD_JOB_TTL_MS',
  );
}
