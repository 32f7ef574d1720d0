import { gauge } from './definition.js';
import { SHARED_METRICS } from './shared-metrics.js';

/** Steps of a download, in their order. */
export const PROBE_STEPS = ['start', 'status', 'link', 'archive'] as const;

export type ProbeStep = (typeof PROBE_STEPS)[number];

/** Metrics of the probe. */
export const PROBE_METRICS = {
  buildInfo: SHARED_METRICS.buildInfo,
  success: gauge(
    'longhaul_probe_success',
    '1 if the last probe passed the step; the first step that is 0 is the sick one',
    { step: PROBE_STEPS },
  ),
  duration: gauge(
    'longhaul_probe_duration_seconds',
    'Time of the step in the last probe; NaN if the probe failed before it',
    { step: PROBE_STEPS },
  ),
} as const;
