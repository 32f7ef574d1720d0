import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from 'pino';

/** Writes JSON lines, with `jobId`, `userId` and `traceId` where available. */
export type Logger = PinoLogger;

/** Fields that are redacted at any depth of a logged object. */
const SECRET_NAMES = ['authorization', 'cookie', 'x-api-key', 'password', 'secret', 'token', 'signature'];

const JSON_STRING = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`;

/** Matches a secret field and its value, in any case. Never matches inside a string, where quotes are escaped. */
const SECRET_FIELDS = new RegExp(
  String.raw`("(?:${SECRET_NAMES.join('|')})":)(?:${JSON_STRING}|\[(?:${JSON_STRING},?)*\]|[-+.\deE]+)`,
  'gi',
);

/** @param destination Receives the lines; standard output by default. */
export function createLogger(level: string, service: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Redacts the finished line, because pino's redaction needs one path per depth, and each path costs time.
      hooks: { streamWrite: (line) => line.replace(SECRET_FIELDS, '$1"[secret]"') },
      // The Temporal SDK logs errors as `error`.
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
    },
    ...(destination ? [destination] : []),
  );
}
