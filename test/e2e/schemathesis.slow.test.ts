import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../support/require-server.js';
import { locateSchemathesis, runSchemathesis } from '../support/schemathesis.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

const SUITE = resolve('test/schemathesis');
const KEY = 'ada-key';

/** Makes the API accept callbacks; those of this run go to a host name that does not exist. */
const CALLBACKS = {
  WEBHOOK_SECRETS: `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`,
};

/** API keys, and rate limits that are active but never reached. */
const WITH_KEYS = {
  AUTH_MODE: 'api-key',
  API_KEYS: `ada=sha256:${createHash('sha256').update(KEY).digest('hex')}`,
  ADMIN_USERS: 'ada',
  STREAM_TICKET_SECRET: 'ticket-secret-of-32-characters-or-more',
  RATE_LIMIT_MAX_REQUESTS: '1000000',
  MAX_RUNNING_JOBS_PER_USER: '1000',
  MAX_QUEUED_JOBS_PER_USER: '10000',
};

const programs = [await locateTemporalCli(), await locateSchemathesis()];
describeWith(programs, 'API under Schemathesis', (temporalCli, schemathesis) => {
  let stack: Stack;
  let keyed: string;
  let directory: string;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_FILES_PER_JOB: '100', ...CALLBACKS } });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
    keyed = await stack.startAnotherApi(WITH_KEYS);
    directory = await mkdtemp(join(tmpdir(), 'longhaul-schemathesis-'));
    await cp(SUITE, directory, { recursive: true });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const writeConfig = async (name: string, more: string) => {
    const common = await readFile(join(directory, 'schemathesis.toml'), 'utf8');
    await writeFile(join(directory, name), `${more}\n${common}`);
    return name;
  };

  /** Runs all checks on valid and invalid data with a fixed seed. */
  const assertSound = async (baseUrl: string, config: string, ...more: string[]) => {
    const { passed, output } = await runSchemathesis(
      schemathesis,
      // Check redirects to the archive instead of following them.
      [
        ...`--config-file ${config} run ${baseUrl}/openapi.json --checks all --max-redirects 0`.split(' '),
        // `/start` waits less than this timeout.
        ...'--seed 1 --continue-on-failure --request-timeout 40'.split(' '),
        ...more,
      ],
      directory,
    );
    expect(passed ? '' : output).toBe('');
    expect(output).toMatch(/Tested: (\d+)\n/);
  };

  it('answers only as documented, without server errors', async () => {
    await assertSound(stack.baseUrl, 'schemathesis.toml', '--max-examples=20');
  }, 300_000);

  it('answers as documented with API keys', async () => {
    const config = await writeConfig(
      'keyed.toml',
      `[auth.openapi]\nbearer = { bearer = "${KEY}" }\napiKey = { api_key = "${KEY}" }\n`,
    );
    await assertSound(keyed, config, '--max-examples=10');
  }, 300_000);

  it('answers as documented for an existing archive', async () => {
    const { jobId } = await stack.initiate({ fileId: 70_000 });
    await stack.until(jobId, ({ status }) => status === 'completed');
    const link = (await stack.request(`/v1/download/${jobId}`)).headers.get('location')!;
    const config = await writeConfig(
      'known.toml',
      `[parameters]\njobId = "${jobId}"\ntoken = "${link.split('/').at(-1)}"\n`,
    );
    await assertSound(
      stack.baseUrl,
      config,
      '--max-examples=5',
      '--phases=coverage,fuzzing',
      '--include-path-regex=[{](jobId|token)[}]',
    );
  }, 300_000);
});
