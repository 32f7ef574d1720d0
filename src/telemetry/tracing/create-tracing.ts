import type { Logger } from '../logger.js';
import type { Tracing } from './tracing.js';

export interface TracingOptions {
  /** Base URL of an OTLP collector; undefined turns tracing off. */
  endpoint: string | undefined;
  /** Share of recorded traces, from 0 to 1. */
  ratio: number;
}

/** Loads the SDK only when tracing is on, because it costs time and memory. */
export async function createTracing(
  { endpoint, ratio }: TracingOptions,
  origin: { service: string; version: string },
  logger: Logger,
): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing(endpoint, ratio, origin, logger);
}
