import { describe, expect, it } from '@jest/globals';
import {
  load,
  loadSettings,
  loadTogether,
  loadWorkerSettings,
  SettingsError,
} from '../../../src/config/env.js';

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

/** Returns the names of the invalid settings. */
const invalidNames = (env: NodeJS.ProcessEnv) => problemsOf(env).map((problem) => problem.split(' ')[0]!);

const HOUR_MS = 3_600_000;

describe('loadSettings', () => {
  it('has a default for every setting', () => {
    expect(loadSettings({})).toEqual({
      production: false,
      tracing: { endpoint: undefined, ratio: 0.1 },
      log: { level: 'info', hashUserIds: false },
      metrics: { port: undefined, host: '127.0.0.1', temporalPort: undefined },
      probe: {
        baseUrl: 'http://127.0.0.1:3000',
        apiKey: undefined,
        fileId: 'longhaul-probe',
        intervalMs: 60_000,
        timeoutMs: 60_000,
      },
      shutdownGraceMs: 25_000,
      shutdownDrainMs: 1_000,
      http: {
        port: 3000,
        host: '0.0.0.0',
        publicUrl: undefined,
        trustProxy: 0,
        corsOrigins: ['*'],
        requestTimeoutMs: 5_000,
        maxEventLoopDelayMs: 400,
        linkTtlSeconds: 300,
      },
      rateLimit: { windowMs: 60_000, maxRequests: 0 },
      auth: {
        mode: 'none',
        apiKeys: [],
        apiKeysFile: undefined,
        adminUsers: [],
        jwt: { jwksUrl: '', issuer: '', audience: '', algorithms: ['RS256', 'ES256'], userClaim: 'sub' },
        streamTicketSecrets: [],
        signInTtlMs: 43_200_000,
        signInUrl: undefined,
      },
      catalogue: { kind: 'template', url: undefined, secret: undefined, listing: true },
      outbound: { allowedHosts: [] },
      webhooks: { secrets: [], operatorUrl: undefined },
      cleanupSchedule: '0 3 * * *',
      job: {
        maxRunning: 0,
        maxQueued: 100,
        maxQueueAgeMs: 0,
        maxFiles: 10_000,
        maxBytes: 100 * 1024 ** 3,
        ttlMs: 24 * HOUR_MS,
        timeoutMs: 6 * HOUR_MS,
        maxAttempts: 4,
        heartbeatTimeoutMs: 10_000,
        delay: null,
      },
      embedded: { temporalPort: 7233, temporalUiPort: 8233, observe: false },
      worker: { role: 'all', concurrency: 5, buildParallelism: 4, zipEngine: 'segments' },
      store: {
        kind: 'file',
        dataDir: '.longhaul',
        linkSecret: undefined,
        olderLinkSecrets: [],
        s3: {
          endpoint: undefined,
          publicEndpoint: undefined,
          region: 'us-east-1',
          bucket: '',
          forcePathStyle: false,
          credentials: undefined,
        },
        signCredentials: undefined,
      },
    });
  });

  it('treats an empty value as absent', () => {
    const empty = { PORT: '', OBJECT_STORE: '', S3_ENDPOINT: '', LINK_SECRET: '', S3_FORCE_PATH_STYLE: '' };
    expect(loadSettings(empty)).toEqual(loadSettings({}));
  });

  it('reads process.env by default', () => {
    expect(loadSettings()).toEqual(loadSettings(process.env));
  });

  it.each([
    ['true', true],
    ['1', true],
    ['yes', true],
    ['ON', true],
    ['True', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['off', false],
    ['FALSE', false],
  ])('reads the boolean %s as %s', (word, value) => {
    expect(loadSettings({ S3_FORCE_PATH_STYLE: word }).store.s3.forcePathStyle).toBe(value);
  });

  it('splits origins at commas', () => {
    const { http } = loadSettings({ CORS_ORIGINS: 'https://a.example, https://b.example' });
    expect(http.corsOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  it('removes trailing slashes from PUBLIC_URL', () => {
    expect(loadSettings({ PUBLIC_URL: 'https://files.example//' }).http.publicUrl).toBe(
      'https://files.example',
    );
  });

  it('delays jobs only if delays are enabled', () => {
    const times = { DOWNLOAD_DELAY_MIN_MS: '1', DOWNLOAD_DELAY_MAX_MS: '2' };
    expect(loadSettings(times).job.delay).toBeNull();
    expect(loadSettings({ ...times, DOWNLOAD_DELAY_ENABLED: 'true' }).job.delay).toEqual({
      minMs: 1,
      maxMs: 2,
    });
  });

  it.each(['0.0.0.0', '::1', 'localhost', 'api.internal'])('accepts %s as HOST', (host) => {
    expect(loadSettings({ HOST: host }).http.host).toBe(host);
  });

  it('detects production from NODE_ENV', () => {
    expect(loadWorkerSettings({ NODE_ENV: 'production' }).production).toBe(true);
  });
});

describe('loadSettings with invalid values', () => {
  it.each([
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', '0x10'],
    ['PORT', ' '],
    ['TEMPORAL_PORT', '0'],
    ['HEARTBEAT_TIMEOUT_MS', '4999'],
    ['DOWNLOAD_MAX_ATTEMPTS', '0'],
    ['DOWNLOAD_JOB_TTL_MS', '31536000001'],
    ['DOWNLOAD_JOB_TIMEOUT_MS', '31536000001'],
    ['MAX_BYTES_PER_JOB', '99999999999999999999'],
    ['LOG_LEVEL', 'loud'],
    ['WORKER_ROLE', 'none'],
    ['OBJECT_STORE', 'ftp'],
    ['S3_FORCE_PATH_STYLE', 'maybe'],
    ['S3_ENDPOINT', 'ftp://files.example'],
    ['PUBLIC_URL', 'files.example'],
    ['PUBLIC_URL', 'https://files.example/?tenant=a'],
    ['PUBLIC_URL', 'https://files.example/#top'],
    ['PUBLIC_URL', 'https://user:secret@files.example'],
    ['HOST', '999.1.1.1'],
    ['HOST', 'http://127.0.0.1'],
  ])('names %s if it is %j', (name, value) => {
    expect(invalidNames({ [name]: value })).toEqual([name]);
  });

  it.each(['files.example:99999', 'files.example:0', 'files.example', 'https://files.example:443'])(
    'names the position of the list entry %s',
    (entry) => {
      const env = { OUTBOUND_ALLOWED_HOSTS: `good.example:443,${entry}` };
      expect(problemsOf(env)).toEqual([
        'OUTBOUND_ALLOWED_HOSTS.1 must be host:port, with a port from 1 to 65535',
      ]);
    },
  );

  it('rejects ports of metrics that are in use', () => {
    const same = { METRICS_PORT: '9464', TEMPORAL_METRICS_PORT: '9464' };
    expect(invalidNames(same)).toEqual(['TEMPORAL_METRICS_PORT']);
    expect(problemsOf({ METRICS_PORT: '3000' })).toEqual([
      'METRICS_PORT must differ from PORT: metrics are not for clients',
    ]);
    expect(loadWorkerSettings({ METRICS_PORT: '3000' }).metrics.port).toBe(3000);
    expect(loadSettings({ PORT: '0', METRICS_PORT: '0' }).metrics.port).toBe(0);
  });

  it('rejects webhook secrets outside 24 to 64 bytes', () => {
    const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
    const rejected = [
      secretOf(23),
      secretOf(65),
      `whsec_${'A'.repeat(33)}`,
      secretOf(32).slice('whsec_'.length),
    ];
    for (const secret of rejected) {
      expect(invalidNames({ CATALOGUE_SECRET: secret })).toEqual(['CATALOGUE_SECRET']);
    }
    for (const bytes of [24, 25, 26, 64])
      expect(invalidNames({ CATALOGUE_SECRET: secretOf(bytes) })).toEqual([]);
  });

  it('rejects OPERATOR_WEBHOOK_URL without WEBHOOK_SECRETS', () => {
    const env = { OPERATOR_WEBHOOK_URL: 'https://hooks.example/x' };
    expect(invalidNames(env)).toEqual(['WEBHOOK_SECRETS']);
    expect(invalidNames({ ...env, WEBHOOK_SECRETS: `whsec_${'A'.repeat(32)}` })).toEqual([]);
  });

  it('reports the problems of several loaders together', async () => {
    const wrong = (...problems: string[]) => load(() => Promise.reject(new SettingsError(problems)));
    await expect(
      loadTogether(
        wrong('A'),
        load(() => 1),
        wrong('B', 'A'),
      ),
    ).rejects.toEqual(new SettingsError(['A', 'B']));
    expect(
      await loadTogether(
        load(() => 1),
        Promise.resolve('two'),
      ),
    ).toEqual([1, 'two']);
    const broken = Promise.reject(new RangeError('broken'));
    await expect(loadTogether(wrong('A'), broken)).rejects.toThrow(RangeError);
  });

  it('reports all problems at once, dependent ones included', () => {
    const env = {
      PORT: 'many',
      LOG_LEVEL: 'loud',
      OBJECT_STORE: 's3',
      S3_ACCESS_KEY_ID: 'key',
      DOWNLOAD_DELAY_MIN_MS: '2',
      DOWNLOAD_DELAY_MAX_MS: '1',
    };
    expect(invalidNames(env).toSorted()).toEqual([
      'DOWNLOAD_DELAY_MIN_MS',
      'LOG_LEVEL',
      'PORT',
      'S3_BUCKET_NAME',
      'S3_SECRET_ACCESS_KEY',
    ]);
  });

  it('puts each problem on its own line', () => {
    expect(() => loadSettings({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(
      'These settings are wrong:\n' +
        '  LOG_LEVEL must be one of: fatal, error, warn, info, debug, trace, silent\n' +
        '  PORT must be a whole number from 0 to 65535',
    );
  });

  it('never prints values, which may be secrets', () => {
    const secret = 'hunter2-hunter2';
    const names = [
      'PORT',
      'LOG_LEVEL',
      'OBJECT_STORE',
      'S3_FORCE_PATH_STYLE',
      'S3_ENDPOINT',
      'PUBLIC_URL',
      'HEARTBEAT_TIMEOUT_MS',
      'WORKER_ROLE',
    ];
    const env = Object.fromEntries(names.map((name) => [name, secret]));
    expect(invalidNames(env).toSorted()).toEqual(names.toSorted());
    expect(problemsOf({ ...env, S3_ACCESS_KEY_ID: secret }).join('\n')).not.toContain(secret);
  });
});

describe('authentication settings', () => {
  const secret = { STREAM_TICKET_SECRET: 's'.repeat(32) };
  const apiKey = { AUTH_MODE: 'api-key', API_KEYS: `ada=sha256:${'0a'.repeat(32)}`, ...secret };
  const jwt = {
    AUTH_MODE: 'jwt',
    JWT_JWKS_URL: 'https://issuer.example/jwks',
    JWT_ISSUER: 'https://issuer.example/',
    JWT_AUDIENCE: 'longhaul',
    ...secret,
  };

  it('require an explicit opt-out of authentication in production', () => {
    const production = { NODE_ENV: 'production' };
    expect(invalidNames(production)).toEqual(['AUTH_MODE']);
    expect(invalidNames({ ...production, AUTH_MODE: 'none' })).toEqual(['AUTH_MODE']);
    expect(invalidNames({ ...production, AUTH_MODE_NONE_IN_PRODUCTION: 'false' })).toEqual(['AUTH_MODE']);
    expect(invalidNames({ ...production, AUTH_MODE_NONE_IN_PRODUCTION: 'true' })).toEqual([]);
    expect(invalidNames({ ...production, ...apiKey })).toEqual([]);
  });

  it('require API keys from the environment or a file', () => {
    expect(invalidNames({ ...apiKey, API_KEYS: '' })).toEqual(['API_KEYS']);
    expect(invalidNames({ ...apiKey, API_KEYS: '', API_KEYS_FILE: '/keys' })).toEqual([]);
  });

  it.each(['ada', 'ada=hunter2hunter2', `ada=md5:${'0a'.repeat(32)}`, `=sha256:${'0a'.repeat(32)}`])(
    'name an invalid key only by its position: %s',
    (entry) => {
      const problems = problemsOf({ ...apiKey, API_KEYS: `${apiKey.API_KEYS},${entry}` });
      expect(problems).toEqual(['API_KEYS.1 must be user=sha256:HEX, the SHA-256 of a key in 64 hex digits']);
    },
  );

  it('require URL, issuer and audience for JWTs', () => {
    expect(invalidNames({ AUTH_MODE: 'jwt', ...secret })).toEqual([
      'JWT_JWKS_URL',
      'JWT_ISSUER',
      'JWT_AUDIENCE',
    ]);
    expect(loadSettings(jwt).auth.jwt).toMatchObject({ algorithms: ['RS256', 'ES256'], userClaim: 'sub' });
  });

  it.each(['none', 'HS256', 'RS256,HS512'])('reject the unsafe JWT algorithms %s', (names) => {
    expect(invalidNames({ ...jwt, JWT_ALGORITHMS: names }).map((name) => name.split('.')[0])).toEqual([
      'JWT_ALGORITHMS',
    ]);
  });

  it('require a shared ticket secret with an S3 store', () => {
    const s3 = { OBJECT_STORE: 's3', S3_BUCKET_NAME: 'bucket' };
    expect(invalidNames({ ...apiKey, ...s3, STREAM_TICKET_SECRET: '' })).toEqual(['STREAM_TICKET_SECRET']);
    // With a file store, the API servers share a secret in DATA_DIR.
    expect(invalidNames({ ...apiKey, STREAM_TICKET_SECRET: '' })).toEqual([]);
    const rotating = { STREAM_TICKET_SECRET: `${'a'.repeat(32)}, ${'b'.repeat(32)}` };
    expect(loadSettings({ ...jwt, ...rotating }).auth.streamTicketSecrets).toEqual([
      'a'.repeat(32),
      'b'.repeat(32),
    ]);
    expect(invalidNames({ STREAM_TICKET_SECRET: 'short' })).toEqual(['STREAM_TICKET_SECRET.0']);
    expect(invalidNames({ LINK_SECRET: 'short' })).toEqual(['LINK_SECRET.0']);
  });

  it('are optional for a worker', () => {
    expect(() => loadWorkerSettings({ NODE_ENV: 'production' })).not.toThrow();
    expect(() => loadWorkerSettings({ AUTH_MODE: 'api-key' })).not.toThrow();
    expect(() => loadWorkerSettings({ PORT: 'many' })).toThrow(SettingsError);
  });

  it('enable default limits only with authentication', () => {
    expect(loadSettings(apiKey)).toMatchObject({ rateLimit: { maxRequests: 1_200 }, job: { maxRunning: 3 } });
    expect(loadSettings({})).toMatchObject({ rateLimit: { maxRequests: 0 }, job: { maxRunning: 0 } });
    const limits = { RATE_LIMIT_MAX_REQUESTS: '7', RATE_LIMIT_WINDOW_MS: '1000' };
    expect(loadSettings(limits).rateLimit).toEqual({ maxRequests: 7, windowMs: 1_000 });
    expect(loadSettings({ ...apiKey, RATE_LIMIT_MAX_REQUESTS: '0' }).rateLimit.maxRequests).toBe(0);
  });
});

describe('development secrets', () => {
  const secret = 'longhaul-development-secret-of-32-letters';
  const production = { NODE_ENV: 'production', AUTH_MODE_NONE_IN_PRODUCTION: 'true' };
  const secrets = {
    STREAM_TICKET_SECRET: `${'s'.repeat(32)},${secret}`,
    S3_ACCESS_KEY_ID: 'id',
    S3_SECRET_ACCESS_KEY: secret,
    S3_SIGN_ACCESS_KEY_ID: 'id',
    S3_SIGN_SECRET_ACCESS_KEY: secret,
  };
  const refused = ['STREAM_TICKET_SECRET', 'S3_SECRET_ACCESS_KEY', 'S3_SIGN_SECRET_ACCESS_KEY'];

  it.each([undefined, 'https://downloads.example.com', 'http://localhost.example.com:8080', 'localhost'])(
    'are refused in production at %s',
    (url) => {
      const env = { ...production, ...secrets, ...(url && { PUBLIC_URL: url }) };
      expect(invalidNames(env)).toEqual(expect.arrayContaining(refused));
      expect(problemsOf(env).join()).not.toContain(secret);
    },
  );

  it('are refused to a worker too', () => {
    expect(() => loadWorkerSettings({ NODE_ENV: 'production', ...secrets })).toThrow('S3_SECRET_ACCESS_KEY');
  });

  it.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:8080/'])(
    'serve a trial at %s',
    (url) => {
      expect(invalidNames({ ...production, ...secrets, PUBLIC_URL: url })).toEqual([]);
    },
  );

  it('serve development', () => {
    expect(invalidNames(secrets)).toEqual([]);
  });
});

describe('S3 settings', () => {
  const s3 = { OBJECT_STORE: 's3', S3_BUCKET_NAME: 'bucket' };

  it('require a bucket', () => {
    expect(invalidNames({ OBJECT_STORE: 's3' })).toEqual(['S3_BUCKET_NAME']);
    expect(loadSettings(s3).store).toMatchObject({ kind: 's3', s3: { bucket: 'bucket' } });
  });

  it.each(['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])('reject %s without the other key', (name) => {
    expect(invalidNames({ ...s3, [name]: 'key' })).toEqual(['S3_SECRET_ACCESS_KEY']);
  });

  it('leave credentials to the SDK by default', () => {
    const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'key' };
    expect(loadSettings({ ...s3, ...keys }).store.s3.credentials).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'key',
    });
    expect(loadSettings(s3).store.s3.credentials).toBeUndefined();
  });

  it('take another key for links', () => {
    expect(invalidNames({ ...s3, S3_SIGN_ACCESS_KEY_ID: 'id' })).toEqual(['S3_SIGN_SECRET_ACCESS_KEY']);
    const keys = { S3_SIGN_ACCESS_KEY_ID: 'id', S3_SIGN_SECRET_ACCESS_KEY: 'key' };
    expect(loadSettings({ ...s3, ...keys }).store.signCredentials).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'key',
    });
  });
});
