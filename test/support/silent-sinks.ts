import type { InjectedSinks } from '@temporalio/worker';
import type { TelemetrySinks } from '../../src/contract/telemetry.js';

/** Receives what workflows report, otherwise the SDK logs an error for each report. */
export const SILENT_SINKS: InjectedSinks<TelemetrySinks> = {
  telemetry: { ended: { fn() {} }, callbackEnded: { fn() {} } },
};
