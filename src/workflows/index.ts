/** What the worker registers. A changed workflow must still replay the histories in `test/workflows/histories`. */
export { downloadWorkflow } from './download.js';
export { sweepWorkflow } from './sweep.js';
export { laneWorkflow } from './lane.js';
