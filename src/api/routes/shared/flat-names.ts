import type { DownloadStatus, LinkedStatus } from '../../../contract/http/answers.js';

/** Adds the deprecated names that clients of earlier services read, all at the top level. */
export function withFlatNames(status: LinkedStatus): DownloadStatus {
  const { downloadUrl, progress, archive, error } = status;
  return {
    ...status,
    url: downloadUrl,
    progressPercent: progress,
    checksum: archive?.checksum ?? null,
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
    retryAfterMs: error?.retryAfterMs ?? null,
    supportTicketId: error?.supportId ?? null,
  };
}
