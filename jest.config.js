/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // Slow suites have a configuration of their own, jest.slow.config.js.
  testMatch: ['**/!(*.slow).test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }] },
  // Sources import each other as `./x.js`, the name TypeScript emits; here the `.ts` file is meant.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // A tool that writes the histories which the replay test reads; it would overwrite them.
  testPathIgnorePatterns: process.env.RECORD_HISTORIES ? [] : ['/histories/'],
  // Most of a suite is waiting for servers; by default jest would leave one of two cores idle.
  maxWorkers: 2,
  testTimeout: 120_000,
};
