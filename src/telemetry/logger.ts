import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from 'pino';

/** JSON lines with `jobId`, `userId` and `traceId` where they are known. */
export type Logger = PinoLogger;

/** What never reaches a log, wherever it stands in a logged object. */
const SECRETS = ['authorization', 'cookie', 'x-api-key', 'password', 'secret', 'token', 'signature'];

/** @param destination where lines go; standard output when absent. */
export function createLogger(level: string, service: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[secret]',
      },
      serializers: { err: stdSerializers.errWithCause },
    },
    ...(destination ? [destination] : []),
  );
}
