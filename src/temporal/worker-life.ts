import type { PollAge } from './telemetry/poll-watch.js';

/** A poll ends within 70 s, by a timeout at the latest. One that is open for longer belongs to a poller that hangs. */
const POLL_STUCK_SECONDS = 300;

/** The part of a Temporal worker that tells its state. */
interface RunningWorker {
  getState(): string;
  options: { taskQueue: string };
}

export interface WorkerReport {
  status: 'healthy' | 'unhealthy';
  /** The present phase of the process, or the reason for a restart. */
  message: string;
  /** Run state of each worker, by task queue. */
  workers: Record<string, string>;
  /** Seconds since the last poll that Temporal answered, by kind and task queue. Empty without the SDK's metrics. */
  lastPollSeconds: Record<string, number>;
}

/**
 * Tells whether a restart of this process would help. It never asks Temporal: polls that fail prove a worker that
 * lives, and a restart during an outage would only lose its builds.
 */
export class WorkerLife {
  private workers: readonly RunningWorker[] = [];
  private isStopping = false;

  /** @param polls returns the ages of the polls by kind and task queue. */
  constructor(private readonly polls: () => Map<string, PollAge> = () => new Map()) {}

  /** Takes the workers, once they exist. */
  started(workers: readonly RunningWorker[]): void {
    this.workers = workers;
  }

  /** Tells that a shutdown was requested: workers with nothing to do end at once, others finish their work. */
  stopping(): void {
    this.isStopping = true;
  }

  /** Unhealthy when a worker ended by itself, or when its polls do not end. */
  liveness(): WorkerReport {
    const dead = this.workers.find((worker) => this.hasEnded(worker.getState()));
    if (dead) return this.report('unhealthy', `the worker of ${dead.options.taskQueue} ended`);
    const stuck = [...this.polls()].find(([, { endedSeconds }]) => endedSeconds > POLL_STUCK_SECONDS);
    if (stuck) return this.report('unhealthy', `no ${stuck[0]} poll ended for ${stuck[1].endedSeconds} s`);
    return this.report('healthy', this.phase);
  }

  /** Unhealthy until all workers run, so that a rollout waits for each new worker. */
  readiness(): WorkerReport {
    const live = this.liveness();
    return this.phase === 'running' ? live : { ...live, status: 'unhealthy' };
  }

  private hasEnded(state: string): boolean {
    return state === 'FAILED' || (state === 'STOPPED' && !this.isStopping);
  }

  private get phase(): string {
    const states = this.workers.map((worker) => worker.getState());
    if (states.length === 0) return 'waiting for Temporal or the object store';
    if (states.includes('INITIALIZED')) return 'starting';
    return states.every((state) => state === 'RUNNING') ? 'running' : 'stopping';
  }

  private report(status: WorkerReport['status'], message: string): WorkerReport {
    const states = this.workers.map((worker) => [worker.options.taskQueue, worker.getState()]);
    const polls = [...this.polls()].map(([key, { succeededSeconds }]) => [key, succeededSeconds]);
    return {
      status,
      message,
      workers: Object.fromEntries(states) as Record<string, string>,
      lastPollSeconds: Object.fromEntries(polls) as Record<string, number>,
    };
  }
}
