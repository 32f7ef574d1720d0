import { proxySinks } from '@temporalio/workflow';
import type { TelemetrySinks } from '../contract/telemetry.js';

/** Reports to the worker, for metrics and logs. Leaves no command in the history. */
export const { telemetry } = proxySinks<TelemetrySinks>();
