/**
 * Workflows that the worker registers. Every change must still replay the histories in `test/workflows/histories`.
 */
export { deliverCallbackWorkflow } from './callbacks/deliver-callback.js';
export { downloadWorkflow } from './download/download.js';
export { sweepWorkflow } from './sweep.js';
export { laneWorkflow } from './lane/lane.js';
