/** The bare workflow has task queues of its own, as ours has: one for light steps and one for the heavy one. */
export const BARE_QUEUE = 'bench-bare';
export const BARE_HEAVY_QUEUE = 'bench-bare-heavy';
