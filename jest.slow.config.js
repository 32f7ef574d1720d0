import config from './jest.config.js';

/** The suites that `npm test` leaves out: large archives, frozen servers, bursts and fuzzing. */
export default { ...config, testMatch: ['**/*.slow.test.ts'] };
