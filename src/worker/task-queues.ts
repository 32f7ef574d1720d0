import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { createCallbackActivities } from '../activities/deliver-callback.js';
import { createActivities, createSegmentActivities, createSweepActivities } from '../activities/index.js';
import {
  BUILD_TASK_QUEUE,
  CALLBACK_TASK_QUEUE,
  ORCHESTRATION_TASK_QUEUE,
  SEGMENT_TASK_QUEUE,
} from '../contract/names.js';
import { measuredHttp } from '../outbound/measured-http.js';
import { OutboundHttp } from '../outbound/outbound-http.js';
import { UrlGuard } from '../outbound/url-guard.js';
import { buildInfo } from '../runtime/build-info.js';
import { MemoryPressure } from '../runtime/memory-pressure.js';
import type { StoreMarker } from '../storage/store-marker.js';
import { buildSlotOptions } from '../temporal/build-slots.js';
import { TemporalJobLookup } from '../temporal/jobs/job-lookup.js';
import { laneActivities } from '../temporal/lanes/lane-activities.js';
import { endingSinks } from '../temporal/telemetry/job-endings.js';
import { measuredActivities } from '../temporal/telemetry/measured-activities.js';
import { tracedActivities } from '../temporal/telemetry/traced-activities.js';
import { inactive } from '../workflows/pending-patches.js';
import { buildDependencies } from './build-dependencies.js';
import type { WorkerParts } from './parts.js';

const WORKFLOW_BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** Maximum age of the byte progress in a status. */
const HEARTBEAT_THROTTLE = '2s';

/**
 * Concurrent polls. If a worker freezes or loses its connection, each open poll may hold one task until its heartbeat
 * timeout, and the job loses an attempt. One poll is enough for builds, which are long; short tasks need three, otherwise
 * they wait for the next poll.
 */
const BUILD_POLLERS = { type: 'simple-maximum', maximum: 1 } as const;
const LIGHT_POLLERS = { type: 'simple-maximum', maximum: 3 } as const;

/**
 * Concurrent lookups and other light activities. They mostly wait for the store, so many at once cost little. One job
 * takes up to 100, so a few large ones must leave room for small ones.
 */
const MAX_LIGHT_ACTIVITIES = 1_000;

/** Concurrent callback deliveries. A receiver that hangs occupies one for 15 s. */
const MAX_CALLBACKS = 50;

/** Time to hand builds over after the grace time. Needed only when the store aborts uploads slowly. */
const HANDOVER_MS = 20_000;

/** The connected parts of a worker. */
export interface Connected {
  connection: NativeConnection;
  client: Client;
  marker: StoreMarker;
}

/** Returns the task queues that this worker polls in its role, and what it runs for each. */
export function taskQueues(parts: WorkerParts, connected: Connected): WorkerOptions[] {
  const { role } = parts.settings.worker;
  const common = commonOptions(parts, connected);
  const builds = buildDependencies(parts);
  const { buildArchive, ...light } = createActivities(builds);
  const orchestration = {
    ...common,
    ...orchestrationOptions(parts),
    activities: { ...light, ...sweepActivities(parts, connected), ...laneActivities },
  };
  const callbacks = { ...common, ...callbackOptions(parts) };
  // All builds of this version wait in one queue, so one limit holds for archives and segments together.
  const segments = { buildArchive, ...createSegmentActivities(builds) };
  const slots = buildSlots(parts);
  const build = { ...common, ...slots(), taskQueue: SEGMENT_TASK_QUEUE, activities: segments };
  const earlierBuilds = { ...common, ...slots(), taskQueue: BUILD_TASK_QUEUE, activities: { buildArchive } };
  const roles = {
    all: [orchestration, callbacks, build, earlierBuilds],
    orchestration: [orchestration, callbacks],
    build: [build, earlierBuilds],
  };
  return roles[role];
}

function commonOptions({ settings, observed, tracing }: WorkerParts, { connection, client }: Connected) {
  return {
    connection,
    namespace: client.options.namespace,
    workerDeploymentOptions: { version: deploymentVersion(), useWorkerVersioning: false },
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    shutdownGraceTime: settings.shutdownGraceMs,
    shutdownForceTime: settings.shutdownGraceMs + HANDOVER_MS,
    interceptors: {
      activity: [
        ...(tracing ? [tracedActivities(tracing)] : []),
        ...(observed ? [measuredActivities(observed.instruments)] : []),
      ],
    },
  } satisfies Partial<WorkerOptions>;
}

/** Names the code of this worker in the Web UI. */
function deploymentVersion() {
  const { version, workflowBundle } = buildInfo();
  return { deploymentName: 'longhaul', buildId: `${version}-${workflowBundle}` };
}

function orchestrationOptions({ observed, logger, tracing }: WorkerParts) {
  return {
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    ...inactive(),
    sinks: endingSinks(observed?.instruments, logger, tracing),
    maxConcurrentActivityTaskExecutions: MAX_LIGHT_ACTIVITIES,
    activityTaskPollerBehavior: LIGHT_POLLERS,
  } satisfies Partial<WorkerOptions>;
}

function sweepActivities({ settings, store, logger }: WorkerParts, { client, marker }: Connected) {
  const jobs = new TemporalJobLookup(client);
  return createSweepActivities({ store, marker, jobs, ttlMs: settings.job.ttlMs, now: Date.now, logger });
}

function callbackOptions({ settings, observed, logger }: WorkerParts) {
  const receivers = new OutboundHttp(new UrlGuard(settings.outbound.allowedHosts));
  const http = observed ? measuredHttp(receivers, observed.outbound('callback')) : receivers;
  return {
    taskQueue: CALLBACK_TASK_QUEUE,
    activities: createCallbackActivities({ http, ...settings.webhooks, logger }),
    maxConcurrentActivityTaskExecutions: MAX_CALLBACKS,
  } satisfies Partial<WorkerOptions>;
}

/** Returns a function that creates the slots of one queue of builds: Temporal wants an own supplier for each. */
function buildSlots({ settings: { worker }, observed, logger }: WorkerParts) {
  observed?.instruments.buildSlots.set({}, worker.role === 'orchestration' ? 0 : worker.concurrency);
  const memory = MemoryPressure.find();
  return () => ({
    ...buildSlotOptions(worker.concurrency, memory, logger),
    activityTaskPollerBehavior: BUILD_POLLERS,
  });
}
