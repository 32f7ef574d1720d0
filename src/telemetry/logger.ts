import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from 'pino';

/** JSON lines with `jobId`, `userId` and `traceId` where they are known. */
export type Logger = PinoLogger;

/** What never reaches a log, wherever it stands in a logged object. */
const SECRETS = ['authorization', 'cookie', 'x-api-key', 'password', 'secret', 'token', 'signature'];

const TEXT = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`;

/** A field of that name with its value, in any case and at any depth of a line; within a text its quotes are escaped. */
const SECRET_FIELDS = new RegExp(
  String.raw`("(?:${SECRETS.join('|')})":)(?:${TEXT}|\[(?:${TEXT},?)*\]|[-+.\deE]+)`,
  'gi',
);

/** @param destination where lines go; standard output when absent. */
export function createLogger(level: string, service: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // On the finished line: pino's own redaction needs a path for each depth, and each of them costs time.
      hooks: { streamWrite: (line) => line.replace(SECRET_FIELDS, '$1"[secret]"') },
      // `error` is what the Temporal SDK calls it.
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
    },
    ...(destination ? [destination] : []),
  );
}
