import type { Logger } from '../../telemetry/logger.js';

/** What asking for a namespace needs of a connection. */
interface Namespaces {
  workflowService: {
    describeNamespace(request: { namespace: string }): Promise<{
      config?: { workflowExecutionRetentionTtl?: { seconds?: unknown } | null } | null;
    }>;
  };
}

/**
 * Warns when the namespace forgets a job before its archive expires: the status would be 404, the archive out of reach.
 * Whoever may not ask is not warned.
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
    'the namespace forgets jobs before their archives expire: raise its retention, or lower DOWNLOAD_JOB_TTL_MS',
  );
}
