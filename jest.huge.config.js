import config from './jest.config.js';

/** Archives of many gigabytes, and builds that are killed many times. They take an hour, so CI leaves them out. */
export default { ...config, testMatch: ['**/*.huge.test.ts'], maxWorkers: 1 };
