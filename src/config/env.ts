import { isIP } from 'node:net';
import { z } from 'zod';
import { SettingsError } from '../runtime/settings-error.js';

export { SettingsError };

const KIB = 1024;
const GIB = KIB ** 3;

/** Accepts `true/1/yes/on` and `false/0/no/off`; `Boolean('false')` would be true. */
function boolean(fallback: boolean) {
  return z
    .stringbool({ error: 'must be true or false' })
    .optional()
    .transform((value) => value ?? fallback);
}

function integer<const F extends number | undefined>(
  fallback: F,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
    .optional()
    .transform((value) => value ?? fallback);
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T, fallback: T[number]) {
  return z
    .enum(values, { error: `must be one of: ${values.join(', ')}` })
    .optional()
    .transform((value) => value ?? fallback);
}

function url() {
  return z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional();
}

/** A base URL for links. Links append a path, so it must not end in a query or fragment. */
function publicUrl() {
  return url().refine(
    (value) => value === undefined || !/[?#@]/.test(value),
    'must be an http:// or https:// URL without query, fragment or user name',
  );
}

function text(fallback: string) {
  return z
    .string()
    .optional()
    .transform((value) => value ?? fallback);
}

function host(fallback: string) {
  return text(fallback).refine(
    (name) => isIP(name) !== 0 || HOST_NAME.test(name),
    'must be an IP address or a host name of this machine, such as 127.0.0.1',
  );
}

/** A comma-separated list. Ignores whitespace around entries; an absent list is empty. */
function list(item: z.ZodType<string, string> = z.string()) {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((entry) => entry.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item))
    .optional()
    .transform((value) => value ?? []);
}

/** Secrets of which the first signs, and all verify. */
function signingSecrets() {
  return list(z.string().min(32, 'must have at least 32 characters'));
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Needs at least one letter: text of only digits and dots is a mistyped IP address. */
const HOST_NAME = /^(?=.*[a-z])[a-z0-9._-]+$/i;

const ALLOWED_HOST = /^[^\s/@]+:(\d{1,5})$/;

/** A user and the SHA-256 of one of their keys. Longhaul never stores the keys themselves. */
const API_KEY_ENTRY = /^[^=]+=sha256:[0-9a-f]{64}$/i;

/** Asymmetric algorithms only, otherwise a server that verifies tokens could also sign them. */
const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Has no path, not even a slash, because browsers send the Origin header without one. */
const ORIGIN = /^(?:\*|https?:\/\/[^\s/]+)$/;

/** Standard Webhooks 1.0: a prefix, then 24 to 64 bytes in base64. */
const WEBHOOK_SECRET = /^whsec_([A-Za-z0-9+/]+)={0,2}$/;
const WEBHOOK_SECRET_HINT = 'must be whsec_ followed by 24 to 64 bytes in base64';

/** How every secret in docker-compose.yml begins. */
const DEVELOPMENT_SECRET = 'longhaul-development-';

const LOCAL_HOST = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const KEY_PAIRS = [
  ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'],
  ['S3_SIGN_ACCESS_KEY_ID', 'S3_SIGN_SECRET_ACCESS_KEY'],
] as const;

/** Default limits. With AUTH_MODE=none all users are trusted, so there are no default limits. */
const LIMITS_WITH_AUTH = { maxRunning: 3, maxRequests: 1_200 };

/** All settings except the Temporal connection, which `@temporalio/envconfig` reads from TEMPORAL_*. */
const environment = z
  .object({
    NODE_ENV: text('development'),
    METRICS_PORT: integer(undefined, 0, 65_535),
    METRICS_HOST: host('127.0.0.1'),
    TEMPORAL_METRICS_PORT: integer(undefined, 1, 65_535),
    OBSERVE: boolean(false),
    LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
    PROBE_URL: publicUrl(),
    PROBE_API_KEY: z.string().optional(),
    PROBE_FILE_ID: text('longhaul-probe'),
    PROBE_INTERVAL_MS: integer(60_000, 1_000, HOUR_MS),
    PROBE_TIMEOUT_MS: integer(60_000, 1_000, HOUR_MS),
    OTEL_EXPORTER_OTLP_ENDPOINT: url(),
    OTEL_TRACES_SAMPLER_ARG: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
      .default('0.1')
      .transform(Number),
    LOG_USER_IDS: oneOf(['plain', 'hashed'], 'plain'),

    PORT: integer(3000, 0, 65_535),
    TEMPORAL_PORT: integer(7233, 1, 65_535),
    TEMPORAL_UI_PORT: integer(8233, 1, 65_535),
    TEMPORAL_UI_URL: publicUrl(),
    HOST: host('0.0.0.0'),
    PUBLIC_URL: publicUrl(),
    TRUST_PROXY: integer(0, 0, 100),
    CORS_ORIGINS: list(
      z.string().regex(ORIGIN, 'must be * or an origin such as https://app.example.com, without a path'),
    ),
    REQUEST_TIMEOUT_MS: integer(5_000, 100, 300_000),
    MAX_EVENT_LOOP_DELAY_MS: integer(400, 50, HOUR_MS),
    SHUTDOWN_GRACE_MS: integer(25_000, 0, HOUR_MS),
    SHUTDOWN_DRAIN_MS: integer(1_000, 0, HOUR_MS),
    RATE_LIMIT_WINDOW_MS: integer(60_000, 1_000, HOUR_MS),
    RATE_LIMIT_MAX_REQUESTS: integer(undefined, 0),

    AUTH_MODE: oneOf(['none', 'api-key', 'jwt'], 'none'),
    AUTH_MODE_NONE_IN_PRODUCTION: boolean(false),
    API_KEYS: list(
      z.string().regex(API_KEY_ENTRY, 'must be user=sha256:HEX, the SHA-256 of a key in 64 hex digits'),
    ),
    API_KEYS_FILE: z.string().optional(),
    ADMIN_USERS: list(),
    JWT_JWKS_URL: url(),
    JWT_ISSUER: z.string().optional(),
    JWT_AUDIENCE: z.string().optional(),
    JWT_ALGORITHMS: list(z.enum(JWT_ALGORITHMS, { error: `must be one of: ${JWT_ALGORITHMS.join(', ')}` })),
    JWT_USER_CLAIM: text('sub'),
    SIGN_IN_TTL_MS: integer(12 * HOUR_MS, 60_000, YEAR_MS),
    SIGN_IN_URL: url(),
    STREAM_TICKET_SECRET: signingSecrets(),

    CATALOGUE: oneOf(['template', 'http'], 'template'),
    CATALOGUE_URL: url(),
    CATALOGUE_SECRET: z.string().refine(isWebhookSecret, WEBHOOK_SECRET_HINT).optional(),
    FILES_FOLDER: z.string().optional(),
    FILES_LISTING: boolean(true),
    OUTBOUND_ALLOWED_HOSTS: list(
      z.string().refine(isHostAndPort, 'must be host:port, with a port from 1 to 65535'),
    ),
    WEBHOOK_SECRETS: list(z.string().refine(isWebhookSecret, WEBHOOK_SECRET_HINT)),
    OPERATOR_WEBHOOK_URL: url(),
    // Temporal validates the cron expression when the worker starts.
    CLEANUP_SCHEDULE: text('0 3 * * *'),

    MAX_RUNNING_JOBS_PER_USER: integer(undefined, 0, 1_000),
    // Continue-as-new passes the whole queue as workflow input, which Temporal limits to 2 MB.
    MAX_QUEUED_JOBS_PER_USER: integer(100, 0, 10_000),
    MAX_QUEUE_AGE_MS: integer(0, 0, YEAR_MS),
    MAX_FILES_PER_JOB: integer(10_000, 1, 100_000),
    MAX_BYTES_PER_JOB: integer(100 * GIB, 1),
    WORKER_ROLE: oneOf(['all', 'orchestration', 'build'], 'all'),
    DOWNLOAD_WORKER_CONCURRENCY: integer(5, 1, 1_000),
    DOWNLOAD_BUILD_PARALLELISM: integer(4, 1, 100),
    ZIP_ENGINE: oneOf(['segments', 'streamed'], 'segments'),
    DOWNLOAD_JOB_TTL_MS: integer(24 * HOUR_MS, 1_000, YEAR_MS),
    DOWNLOAD_JOB_TIMEOUT_MS: integer(6 * HOUR_MS, 1_000, YEAR_MS),
    DOWNLOAD_MAX_ATTEMPTS: integer(4, 1, 100),
    HEARTBEAT_TIMEOUT_MS: integer(10_000, 5_000, 600_000),
    DOWNLOAD_DELAY_ENABLED: boolean(false),
    DOWNLOAD_DELAY_MIN_MS: integer(10_000, 0, YEAR_MS),
    DOWNLOAD_DELAY_MAX_MS: integer(120_000, 0, YEAR_MS),
    LINK_TTL_SECONDS: integer(300, 1, 7 * 24 * 3_600),

    OBJECT_STORE: oneOf(['file', 's3'], 'file'),
    DATA_DIR: text('.longhaul'),
    LINK_SECRET: signingSecrets(),
    S3_ENDPOINT: url(),
    S3_PUBLIC_ENDPOINT: url(),
    S3_REGION: text('us-east-1'),
    S3_ACCESS_KEY_ID: z.string().optional(),
    S3_SECRET_ACCESS_KEY: z.string().optional(),
    S3_SIGN_ACCESS_KEY_ID: z.string().optional(),
    S3_SIGN_SECRET_ACCESS_KEY: z.string().optional(),
    S3_BUCKET_NAME: z.string().optional(),
    S3_FORCE_PATH_STYLE: boolean(false),
  })
  .superRefine(
    (env, context) => {
      const reject = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (env.OBJECT_STORE === 's3' && !env.S3_BUCKET_NAME) {
        reject('S3_BUCKET_NAME', 'is required when OBJECT_STORE is s3');
      }
      for (const [id, secret] of KEY_PAIRS) {
        if (Boolean(env[id]) !== Boolean(env[secret])) {
          reject(secret, `and ${id} belong together: set both or neither`);
        }
      }
      if (env.NODE_ENV === 'production' && !isLocal(env.PUBLIC_URL)) {
        for (const name of developmentSecretsOf(env)) {
          reject(
            name,
            'is a development secret of docker-compose.yml: set one of your own, or PUBLIC_URL=http://localhost:8080 for a trial on this machine',
          );
        }
      }
      if (env.AUTH_MODE === 'none' && env.NODE_ENV === 'production' && !env.AUTH_MODE_NONE_IN_PRODUCTION) {
        reject(
          'AUTH_MODE',
          'none turns authentication off in production: choose api-key or jwt, or set AUTH_MODE_NONE_IN_PRODUCTION=true',
        );
      }
      if (env.AUTH_MODE === 'api-key' && env.API_KEYS.length === 0 && !env.API_KEYS_FILE) {
        reject('API_KEYS', 'or API_KEYS_FILE is required when AUTH_MODE is api-key');
      }
      if (env.AUTH_MODE === 'jwt') {
        for (const name of ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
          if (!env[name]) reject(name, 'is required when AUTH_MODE is jwt');
        }
      }
      // With a file store, the API servers share a generated secret in DATA_DIR.
      if (env.AUTH_MODE !== 'none' && env.OBJECT_STORE === 's3' && env.STREAM_TICKET_SECRET.length === 0) {
        reject(
          'STREAM_TICKET_SECRET',
          'is required when OBJECT_STORE is s3 and AUTH_MODE is not none: generate one with openssl rand -base64 32, and give it to every API server',
        );
      }
      if (env.CATALOGUE === 'http') {
        for (const name of ['CATALOGUE_URL', 'CATALOGUE_SECRET'] as const) {
          if (!env[name]) reject(name, 'is required when CATALOGUE is http');
        }
      } else if (env.CATALOGUE_URL && !env.CATALOGUE_URL.includes('{id}')) {
        reject('CATALOGUE_URL', 'must contain {id} when CATALOGUE is template');
      }
      if (env.FILES_FOLDER && (env.CATALOGUE === 'http' || env.CATALOGUE_URL)) {
        reject('FILES_FOLDER', 'or a folder given to npm start excludes CATALOGUE_URL: unset one of them');
      }
      if (env.TEMPORAL_METRICS_PORT && env.TEMPORAL_METRICS_PORT === env.METRICS_PORT) {
        reject('TEMPORAL_METRICS_PORT', 'must differ from METRICS_PORT: each needs a port of its own');
      }
      if (env.OPERATOR_WEBHOOK_URL && env.WEBHOOK_SECRETS.length === 0) {
        reject('WEBHOOK_SECRETS', 'is required with OPERATOR_WEBHOOK_URL: it signs the callbacks');
      }
      if (env.DOWNLOAD_DELAY_MIN_MS > env.DOWNLOAD_DELAY_MAX_MS) {
        reject('DOWNLOAD_DELAY_MIN_MS', 'must be at most DOWNLOAD_DELAY_MAX_MS');
      }
    },
    // Without this, zod skips these checks while any single setting is invalid, and they surface one start later.
    { when: () => true },
  );

/** Returns true for the address of a trial on one machine. */
function isLocal(address: string | undefined): boolean {
  return URL.canParse(address ?? '') && LOCAL_HOST.test(new URL(address!).hostname);
}

/** Returns the settings that hold a secret which everybody can read in docker-compose.yml. */
function developmentSecretsOf(env: object): string[] {
  const entries = Object.entries(env) as [string, unknown][];
  return entries.filter(([, value]) => [value].flat().some(isPublished)).map(([name]) => name);
}

function isPublished(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(DEVELOPMENT_SECRET);
}

function isWebhookSecret(secret: string): boolean {
  const encoded = WEBHOOK_SECRET.exec(secret)?.[1] ?? '';
  const bytes = Buffer.from(encoded, 'base64');
  const isComplete = bytes.toString('base64').replace(/=+$/, '') === encoded;
  return isComplete && bytes.length >= 24 && bytes.length <= 64;
}

function isHostAndPort(entry: string): boolean {
  const port = Number(ALLOWED_HOST.exec(entry)?.[1]);
  return port >= 1 && port <= 65_535;
}

type Environment = z.output<typeof environment>;

export type Settings = ReturnType<typeof groupSettings>;

/** Returns the variables that have a non-empty value. */
export function presentOf(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const present = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(present as [string, string][]);
}

/**
 * Reads all settings. An empty value counts as absent, as Compose passes unset variables.
 * @throws SettingsError that names every invalid setting.
 */
export function loadSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const settings = settingsOf(env);
  const { http, metrics } = settings;
  if (metrics.port && metrics.port === http.port) {
    throw new SettingsError(['METRICS_PORT must differ from PORT: metrics are not for clients']);
  }
  return settings;
}

function settingsOf(env: NodeJS.ProcessEnv): Settings {
  const result = environment.safeParse(presentOf(env));
  if (!result.success) {
    throw new SettingsError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  return groupSettings(result.data);
}

/**
 * Reads the settings of a worker or of the probe. They serve no requests, so they need no authentication settings and no
 * `PORT`.
 * @throws SettingsError that names every invalid setting.
 */
export function loadWorkerSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return settingsOf({ ...env, AUTH_MODE: 'none', AUTH_MODE_NONE_IN_PRODUCTION: 'true' });
}

/** Runs a loader, for `loadTogether`. */
export async function load<T>(loader: () => T): Promise<T> {
  return loader();
}

/**
 * Waits for all loads and returns their results in order.
 * @throws SettingsError with the problems of all loads, each once: several may depend on one that failed.
 */
export async function loadTogether<const T extends readonly Promise<unknown>[]>(
  ...loads: T
): Promise<{ [I in keyof T]: Awaited<T[I]> }> {
  const results = await Promise.allSettled(loads);
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const unexpected = errors.find((error) => !(error instanceof SettingsError));
  if (unexpected !== undefined) throw unexpected;
  const problems = new Set((errors as SettingsError[]).flatMap((error) => error.problems));
  if (problems.size > 0) throw new SettingsError([...problems]);
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    [I in keyof T]: Awaited<T[I]>;
  };
}

/** Groups the flat variables by the part of the service that uses them. */
function groupSettings(env: Environment) {
  const trusted = env.AUTH_MODE === 'none';
  return {
    production: env.NODE_ENV === 'production',
    tracing: { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, ratio: env.OTEL_TRACES_SAMPLER_ARG },
    log: { level: env.LOG_LEVEL, hashUserIds: env.LOG_USER_IDS === 'hashed' },
    metrics: {
      /** Undefined for no metrics. */
      port: env.METRICS_PORT,
      host: env.METRICS_HOST,
      /** Undefined for no metrics of the Temporal SDK. */
      temporalPort: env.TEMPORAL_METRICS_PORT,
    },
    probe: {
      baseUrl: env.PROBE_URL ?? 'http://127.0.0.1:3000',
      apiKey: env.PROBE_API_KEY,
      fileId: env.PROBE_FILE_ID,
      intervalMs: env.PROBE_INTERVAL_MS,
      timeoutMs: env.PROBE_TIMEOUT_MS,
    },
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    /** How long a stopping API still takes new connections. */
    shutdownDrainMs: env.SHUTDOWN_DRAIN_MS,
    http: {
      port: env.PORT,
      host: env.HOST,
      publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
      trustProxy: env.TRUST_PROXY,
      corsOrigins: env.CORS_ORIGINS.length > 0 ? env.CORS_ORIGINS : ['*'],
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      maxEventLoopDelayMs: env.MAX_EVENT_LOOP_DELAY_MS,
      linkTtlSeconds: env.LINK_TTL_SECONDS,
    },
    rateLimit: {
      windowMs: env.RATE_LIMIT_WINDOW_MS,
      /** Requests per user and window; 0 means no limit. */
      maxRequests: env.RATE_LIMIT_MAX_REQUESTS ?? (trusted ? 0 : LIMITS_WITH_AUTH.maxRequests),
    },
    auth: {
      mode: env.AUTH_MODE,
      apiKeys: env.API_KEYS,
      apiKeysFile: env.API_KEYS_FILE,
      adminUsers: env.ADMIN_USERS,
      jwt: {
        jwksUrl: env.JWT_JWKS_URL ?? '',
        issuer: env.JWT_ISSUER ?? '',
        audience: env.JWT_AUDIENCE ?? '',
        algorithms: env.JWT_ALGORITHMS.length > 0 ? env.JWT_ALGORITHMS : ['RS256', 'ES256'],
        userClaim: env.JWT_USER_CLAIM,
      },
      streamTicketSecrets: env.STREAM_TICKET_SECRET,
      /** Lifetime of a browser's sign-in. */
      signInTtlMs: env.SIGN_IN_TTL_MS,
      signInUrl: env.SIGN_IN_URL,
    },
    catalogue: {
      kind: env.CATALOGUE,
      url: env.CATALOGUE_URL,
      secret: env.CATALOGUE_SECRET,
      listing: env.FILES_LISTING,
      /** Folder that holds the files instead of `downloads/` in the store. */
      folder: env.FILES_FOLDER,
    },
    outbound: { allowedHosts: env.OUTBOUND_ALLOWED_HOSTS },
    webhooks: { secrets: env.WEBHOOK_SECRETS, operatorUrl: env.OPERATOR_WEBHOOK_URL },
    cleanupSchedule: env.CLEANUP_SCHEDULE,
    job: {
      /** Concurrent builds per user; 0 means no limit. */
      maxRunning: env.MAX_RUNNING_JOBS_PER_USER ?? (trusted ? 0 : LIMITS_WITH_AUTH.maxRunning),
      /** Queued jobs per user, besides the running ones. */
      maxQueued: env.MAX_QUEUED_JOBS_PER_USER,
      /** Oldest waiting build at which jobs of low priority are still accepted; 0 means any. */
      maxQueueAgeMs: env.MAX_QUEUE_AGE_MS,
      maxFiles: env.MAX_FILES_PER_JOB,
      maxBytes: env.MAX_BYTES_PER_JOB,
      ttlMs: env.DOWNLOAD_JOB_TTL_MS,
      timeoutMs: env.DOWNLOAD_JOB_TIMEOUT_MS,
      maxAttempts: env.DOWNLOAD_MAX_ATTEMPTS,
      heartbeatTimeoutMs: env.HEARTBEAT_TIMEOUT_MS,
      delay: env.DOWNLOAD_DELAY_ENABLED
        ? { minMs: env.DOWNLOAD_DELAY_MIN_MS, maxMs: env.DOWNLOAD_DELAY_MAX_MS }
        : null,
    },
    temporalUiUrl: env.TEMPORAL_UI_URL?.replace(/\/+$/, ''),
    embedded: {
      temporalPort: env.TEMPORAL_PORT,
      temporalUiPort: env.TEMPORAL_UI_PORT,
      observe: env.OBSERVE,
    },
    worker: {
      role: env.WORKER_ROLE,
      concurrency: env.DOWNLOAD_WORKER_CONCURRENCY,
      buildParallelism: env.DOWNLOAD_BUILD_PARALLELISM,
      zipEngine: env.ZIP_ENGINE,
    },
    store: {
      kind: env.OBJECT_STORE,
      dataDir: env.DATA_DIR,
      linkSecret: env.LINK_SECRET[0],
      /** Their links stay valid. */
      olderLinkSecrets: env.LINK_SECRET.slice(1),
      s3: {
        endpoint: env.S3_ENDPOINT,
        publicEndpoint: env.S3_PUBLIC_ENDPOINT,
        region: env.S3_REGION,
        bucket: env.S3_BUCKET_NAME ?? '',
        forcePathStyle: env.S3_FORCE_PATH_STYLE,
        credentials: keysOf(env.S3_ACCESS_KEY_ID, env.S3_SECRET_ACCESS_KEY),
      },
      /** Sign links, and look whether archives are still there. Undefined for those of the store. */
      signCredentials: keysOf(env.S3_SIGN_ACCESS_KEY_ID, env.S3_SIGN_SECRET_ACCESS_KEY),
    },
  };
}

function keysOf(accessKeyId: string | undefined, secretAccessKey: string | undefined) {
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}
