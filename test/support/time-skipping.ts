import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { fileURLToPath } from 'node:url';
import type { DownloadActivities } from '../../src/contract/activities.js';
import {
  SEGMENT_TASK_QUEUE,
  DOWNLOAD_WORKFLOW,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  SEARCH_ATTRIBUTES,
  workflowIdFor,
} from '../../src/contract/names.js';
import { queuedSnapshot } from '../../src/contract/queued-snapshot.js';
import type { SegmentActivities } from '../../src/contract/segments.js';
import { laneActivities } from '../../src/temporal/lanes/lane-activities.js';
import type { DownloadJob } from '../../src/contract/job.js';
import type { downloadWorkflow } from '../../src/workflows/index.js';
import { SILENT_SINKS } from './silent-sinks.js';

/** The workflow bundle that production runs. */
export const WORKFLOW_BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

const KEYWORD = 2;

let installed = false;

export type JobHandle = WorkflowHandleWithFirstExecutionRunId<typeof downloadWorkflow>;

/** A Temporal test server that skips time while workflows only wait for timers. */
export class TimeSkippingTemporal {
  private constructor(readonly env: TestWorkflowEnvironment) {}

  static async start(serverPath: string): Promise<TimeSkippingTemporal> {
    installRuntime();
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: serverPath } },
    });
    const searchAttributes = Object.fromEntries(
      Object.values(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD]),
    );
    await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
    return new TimeSkippingTemporal(env);
  }

  async stop(): Promise<void> {
    await this.env.teardown();
  }

  /** Starts the job and runs `body` while workers with these activities serve both task queues. */
  run<T>(
    job: DownloadJob,
    activities: DownloadActivities & SegmentActivities,
    body: (handle: JobHandle) => Promise<T>,
  ): Promise<T> {
    return this.serve(activities, async () => body(await this.startJob(job)));
  }

  /** @param options of the worker that runs the workflows. */
  async serve<T>(
    activities: DownloadActivities & SegmentActivities,
    body: () => Promise<T>,
    options: Partial<WorkerOptions> = {},
  ): Promise<T> {
    const { buildArchive, planArchive, buildSegment, finishArchive, ...light } = activities;
    const common = {
      connection: this.env.nativeConnection,
      maxHeartbeatThrottleInterval: 50,
      defaultHeartbeatThrottleInterval: 50,
    };
    const build = await Worker.create({
      ...common,
      taskQueue: SEGMENT_TASK_QUEUE,
      activities: { buildArchive, planArchive, buildSegment, finishArchive },
    });
    const orchestration = await Worker.create({
      ...common,
      taskQueue: ORCHESTRATION_TASK_QUEUE,
      sinks: SILENT_SINKS,
      workflowBundle: { codePath: WORKFLOW_BUNDLE },
      activities: { ...light, ...laneActivities },
      ...options,
    });
    return build.runUntil(orchestration.runUntil(body));
  }

  startJob(job: DownloadJob): Promise<JobHandle> {
    return this.env.client.workflow.start<typeof downloadWorkflow>(DOWNLOAD_WORKFLOW, {
      workflowId: workflowIdFor(job.jobId),
      taskQueue: ORCHESTRATION_TASK_QUEUE,
      args: [job],
      memo: { [MEMO.snapshot]: queuedSnapshot(job) },
    });
  }
}

/** Installs the runtime once per process, before the SDK creates a default one. */
function installRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
