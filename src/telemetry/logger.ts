import { hostname } from 'node:os';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { errorFields } from './error-fields.js';
import { logFields } from '../concurrency/log-fields.js';
import { LogLevel } from './log-level.js';
import { redacted, withoutUserIds } from './redaction.js';

/** Writes JSON lines, with `requestId`, `jobId`, `runId`, `userId`, `traceId` and `spanId` where available. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Version of the service. */
  version?: string;
  /** Replaces user ids by hashes. */
  hashUserIds?: boolean;
  /** Receives the lines; standard output by default. */
  destination?: DestinationStream;
}

/** @param level a `LogLevel` to change the level later. */
export function createLogger(
  level: string | LogLevel,
  service: string,
  { version, hashUserIds = false, destination }: LoggerOptions = {},
): Logger {
  const threshold = typeof level === 'string' ? new LogLevel(level) : level;
  return pino(
    {
      // The threshold decides, because a child logger of pino keeps the level that it was created with.
      level: 'trace',
      base: {
        service,
        ...(version === undefined ? {} : { version }),
        instance: `${hostname()}:${process.pid}`,
      },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: logFields,
      hooks: {
        logMethod(args, method, value) {
          if (threshold.passes(value)) method.apply(this, args);
        },
        streamWrite: hashUserIds ? (line) => withoutUserIds(redacted(line)) : redacted,
      },
      serializers: { err: errorFields },
    },
    ...(destination ? [destination] : []),
  );
}

/** Creates the logger of a process, whose level SIGUSR2 steps. */
export function createServiceLogger(
  { level, ...options }: { level: string } & LoggerOptions,
  service: string,
): Logger {
  const threshold = new LogLevel(level);
  const logger = createLogger(threshold, service, options);
  // At `fatal`, otherwise the line would be missing just when the level hides it.
  const report = (logLevel: string) => logger.fatal({ logLevel }, 'log level changed');
  process.on('SIGUSR2', () => report(threshold.step(report)));
  return logger;
}
