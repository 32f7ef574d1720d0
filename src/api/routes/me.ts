import { type RequestHandler, Router } from 'express';
import type { Me } from '../../contract/http/me-schemas.js';
import { NoFileList } from '../../jobs/file-ports.js';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { principalOf } from '../http/request-context.js';

type Dependencies = Pick<AppDependencies, 'policy' | 'limits' | 'fileList' | 'version' | 'webUi'>;

/** `GET /v1/me`: the user, and what a page must know before it offers a download. */
export function meRoutes({ policy, limits, fileList, version, webUi }: Dependencies): Router {
  const router = Router();
  // Without a cap nothing waits for a slot, so the queue has no limit either.
  const isCapped = policy.maxRunning > 0;
  const me: Omit<Me, 'userId' | 'operator'> = {
    limits: {
      filesPerJob: limits.maxFiles,
      bytesPerJob: policy.maxBytes,
      running: isCapped ? policy.maxRunning : null,
      queued: isCapped ? limits.maxQueued : null,
    },
    ttlMs: policy.ttlMs,
    listing: !(fileList instanceof NoFileList),
    version,
  };
  const operator: Me['operator'] = { webUiUrl: webUi.url ?? null, namespace: webUi.namespace };
  const show: RequestHandler = (_req, res) => {
    const { userId, admin } = principalOf(res);
    res.json({ userId, ...me, operator: admin ? operator : null });
  };
  route(router, '/me', { get: [show] });
  return router;
}
