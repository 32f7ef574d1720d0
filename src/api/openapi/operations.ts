import { ADMIN_OPERATIONS } from '../routes/admin.operations.js';
import { downloadOperations } from '../routes/downloads.operations.js';
import { HEALTH_OPERATIONS } from '../routes/health.operations.js';
import { OBJECT_OPERATIONS } from '../routes/objects.operations.js';
import { ROOT_OPERATIONS } from '../routes/root.operations.js';
import type { Operation } from './operation.js';

/** Every operation of an API that is put together like this. */
export function operationsOf(parts: { limits: { maxFiles: number }; localLinks?: unknown }): Operation[] {
  return [
    ...downloadOperations(parts.limits.maxFiles),
    ...(parts.localLinks ? OBJECT_OPERATIONS : []),
    ...ADMIN_OPERATIONS,
    ...HEALTH_OPERATIONS,
    ...ROOT_OPERATIONS,
  ];
}
