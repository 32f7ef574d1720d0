import config from './jest.config.js';

/** The suites that `npm test` leaves out: large archives, frozen servers, bursts and fuzzing. They load two cores. */
export default { ...config, testMatch: ['**/*.slow.test.ts'], maxWorkers: 2 };
