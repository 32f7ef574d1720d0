import type { Logger as TemporalLogger, LogLevel } from '@temporalio/worker';
import { jobIdOf } from '../contract/names.js';
import type { Logger } from './logger.js';

/**
 * Warnings of the SDK about what this service does on purpose: the queues of builds and callbacks have no workflows.
 * Logged as debug, otherwise every normal start has warnings.
 */
const INTENDED = new Set(['No workflows registered, not polling for workflow tasks']);

/** Adapts the service's logger to the interface of the Temporal SDK. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta: object = {}) => {
    const shown = INTENDED.has(message) ? 'DEBUG' : level;
    logger[shown.toLowerCase() as Lowercase<LogLevel>](fieldsOf(meta), message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/**
 * Renames the fields of the SDK to those of this service's lines. Drops objects: at level trace they hold the input of
 * workflows, such as the URL of a callback, and its token.
 */
function fieldsOf(meta: object): object {
  const { error, activityType, taskToken: _token, ...more } = meta as Record<string, unknown>;
  const rest = Object.fromEntries(Object.entries(more).filter(([, value]) => typeof value !== 'object'));
  const jobId = jobIdOf(rest['workflowId'] as string | undefined);
  return {
    ...rest,
    ...(error === undefined ? {} : { err: error }),
    ...(activityType === undefined ? {} : { activity: activityType }),
    ...(jobId === undefined ? {} : { jobId }),
  };
}
