import { describe, expect, it } from '@jest/globals';
import type { PollAge } from '../../../src/temporal/telemetry/poll-watch.js';
import { WorkerLife } from '../../../src/temporal/worker-life.js';

function lifeOf(states: string[], polls: Record<string, PollAge> = {}): WorkerLife {
  const life = new WorkerLife(() => new Map(Object.entries(polls)));
  life.started(
    states.map((state, index) => ({ getState: () => state, options: { taskQueue: `q${index}` } })),
  );
  return life;
}

describe('WorkerLife', () => {
  it('lives but is not ready before its workers exist', () => {
    const life = new WorkerLife();
    const message = 'waiting for Temporal or the object store';
    expect(life.liveness()).toMatchObject({ status: 'healthy', message });
    expect(life.readiness()).toMatchObject({ status: 'unhealthy', message });
  });

  it('is not ready before its workers poll', () => {
    const message = 'starting';
    expect(lifeOf(['RUNNING', 'INITIALIZED']).liveness()).toMatchObject({ status: 'healthy', message });
    expect(lifeOf(['RUNNING', 'INITIALIZED']).readiness()).toMatchObject({ status: 'unhealthy', message });
  });

  it('reports each worker and the age of its polls', () => {
    const life = lifeOf(['RUNNING'], { 'activity q0': { succeededSeconds: 12, endedSeconds: 3 } });
    const report = {
      status: 'healthy',
      message: 'running',
      workers: { q0: 'RUNNING' },
      lastPollSeconds: { 'activity q0': 12 },
    };
    expect(life.liveness()).toEqual(report);
    expect(life.readiness()).toEqual(report);
  });

  it.each(['FAILED', 'STOPPED'])('is dead with a worker that is %s', (state) => {
    const report = { status: 'unhealthy', message: 'the worker of q1 ended' };
    expect(lifeOf(['RUNNING', state]).liveness()).toMatchObject(report);
    expect(lifeOf(['RUNNING', state]).readiness()).toMatchObject(report);
  });

  it('lives while one worker has stopped before the others', () => {
    const life = lifeOf(['STOPPED', 'DRAINING']);
    life.stopping();
    expect(life.liveness()).toMatchObject({ status: 'healthy', message: 'stopping' });
    expect(life.readiness()).toMatchObject({ status: 'unhealthy' });
  });

  it.each(['STOPPING', 'DRAINING', 'DRAINED'])('lives but takes no work while %s', (state) => {
    expect(lifeOf([state]).liveness()).toMatchObject({ status: 'healthy' });
    expect(lifeOf([state]).readiness()).toMatchObject({ status: 'unhealthy', message: 'stopping' });
  });

  it('lives through an outage of Temporal', () => {
    const polls = { 'activity q0': { succeededSeconds: 86_400, endedSeconds: 8 } };
    expect(lifeOf(['RUNNING'], polls).liveness()).toMatchObject({ status: 'healthy' });
    expect(lifeOf(['RUNNING'], polls).readiness()).toMatchObject({ status: 'healthy' });
  });

  it('is dead once a poll hangs', () => {
    const at = (endedSeconds: number) => ({
      'activity q0': { succeededSeconds: endedSeconds, endedSeconds },
    });
    expect(lifeOf(['RUNNING'], at(300)).liveness()).toMatchObject({ status: 'healthy' });
    expect(lifeOf(['RUNNING'], at(301)).liveness()).toMatchObject({
      status: 'unhealthy',
      message: 'no activity q0 poll ended for 301 s',
    });
  });
});
