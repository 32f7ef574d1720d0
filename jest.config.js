// The AWS SDK warns about Node 20 in every suite that loads it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A loaded machine makes servers late, which is not an overload of their clients' making.
process.env.MAX_EVENT_LOOP_DELAY_MS ??= '3600000';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Sources too, otherwise watch mode would not notice their changes.
  roots: ['<rootDir>/src', '<rootDir>/clients/src', '<rootDir>/test'],
  // Slow and huge suites have configurations of their own, jest.slow.config.js and jest.huge.config.js.
  testMatch: ['**/!(*.slow|*.huge).test.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  // Sources import `./x.js`, the name that TypeScript emits; map it to the `.ts` file.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The sources of the client, otherwise its tests would need a build.
    '^longhaul/(client|query|react)$': '<rootDir>/clients/src/$1/index',
  },
  // This tool overwrites the histories that the replay test reads.
  testPathIgnorePatterns: process.env.RECORD_HISTORIES ? [] : ['/histories/'],
  // Suites mostly wait for servers: three of them keep two cores busy.
  maxWorkers: 3,
  testTimeout: 240_000,
};
