/** What the worker registers. A changed workflow must still replay the histories in `test/workflows/histories`. */
export { deliverCallbackWorkflow } from './callbacks/deliver-callback.js';
export { downloadWorkflow } from './download/download.js';
export { sweepWorkflow } from './sweep.js';
export { laneWorkflow } from './lane/lane.js';
