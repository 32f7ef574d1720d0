import type { StoreCapabilities } from '../../src/storage/multipart-store.js';

/** What the stub can do. It keeps no bytes that a probe could verify. */
export const CAPABILITIES: StoreCapabilities = {
  segments: true,
  copies: true,
  copySums: true,
  joints: true,
  fullObjectChecked: true,
};
