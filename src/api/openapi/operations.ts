import { ADMIN_OPERATIONS } from '../routes/admin.operations.js';
import { downloadOperations } from '../routes/downloads.operations.js';
import { estimateOperations } from '../routes/estimate.operations.js';
import { FILE_OPERATIONS } from '../routes/files.operations.js';
import { HEALTH_OPERATIONS } from '../routes/health.operations.js';
import { jobOperations } from '../routes/jobs.operations.js';
import { LIST_OPERATIONS } from '../routes/list.operations.js';
import { ME_OPERATIONS } from '../routes/me.operations.js';
import { OBJECT_OPERATIONS } from '../routes/objects.operations.js';
import { RETRY_OPERATIONS } from '../routes/retry.operations.js';
import { ROOT_OPERATIONS } from '../routes/root.operations.js';
import { SIGN_IN_OPERATIONS } from '../routes/sign-in.operations.js';
import { startOperations } from '../routes/start.operations.js';
import { STREAM_OPERATIONS } from '../streams/stream.operations.js';
import type { Operation } from './operation.js';

/** Every operation of an API with these parts. */
export function operationsOf(parts: { limits: { maxFiles: number }; localLinks?: unknown }): Operation[] {
  const { maxFiles } = parts.limits;
  return [
    ...downloadOperations(maxFiles),
    ...RETRY_OPERATIONS,
    ...estimateOperations(maxFiles),
    ...startOperations(maxFiles),
    ...(parts.localLinks ? OBJECT_OPERATIONS : []),
    ...LIST_OPERATIONS,
    ...jobOperations(maxFiles),
    ...STREAM_OPERATIONS,
    ...FILE_OPERATIONS,
    ...ME_OPERATIONS,
    ...SIGN_IN_OPERATIONS,
    ...ADMIN_OPERATIONS,
    ...HEALTH_OPERATIONS,
    ...ROOT_OPERATIONS,
  ];
}
