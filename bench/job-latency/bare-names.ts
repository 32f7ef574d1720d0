/** Task queues of the bare workflow. Like the product's, one is for light steps and one for the heavy step. */
export const BARE_QUEUE = 'bench-bare';
export const BARE_HEAVY_QUEUE = 'bench-bare-heavy';
