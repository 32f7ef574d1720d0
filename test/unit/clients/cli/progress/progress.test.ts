import { describe, expect, it } from '@jest/globals';
import { Console } from '../../../../../clients/src/cli/output/console.js';
import { ProgressBar, renderBar } from '../../../../../clients/src/cli/progress/bar.js';
import { ProgressLines } from '../../../../../clients/src/cli/progress/lines.js';
import type { ProgressState } from '../../../../../clients/src/cli/progress/progress-state.js';

const MB = 1_000_000;
const building: ProgressState = {
  phase: 'Building',
  percent: 45,
  bytes: 540 * MB,
  totalBytes: 1_200 * MB,
  secondsLeft: 20,
  detail: 'Fetching 3 of 8 files',
};

/** A view on a recorded stream, with a clock of its own. */
function recorded(View: typeof ProgressBar | typeof ProgressLines) {
  let written = '';
  let now = 0;
  const stream = { write: (text: string | Uint8Array) => Boolean((written += String(text))) };
  const console = new Console({ stdout: stream, stderr: stream, quiet: false, color: false });
  const view = new View(console, () => now);
  return { view, console, wait: (ms: number) => void (now += ms), written: () => written };
}

describe('renderBar', () => {
  it('shows phase, bytes, speed, time and message', () => {
    expect(renderBar(building, 38 * MB, 200)).toBe(
      'Building   █████████░░░░░░░░░░░  45 %  540 MB of 1.2 GB  38 MB/s  20 s left   Fetching 3 of 8 files',
    );
  });

  it('stays on one line of the terminal', () => {
    expect(renderBar(building, 38 * MB, 40)).toHaveLength(39);
    expect(renderBar({ ...building, detail: 'a\n\u001B[2Jb' }, null, 200)).toMatch(/a {2}\[2Jb$/);
  });
});

describe('ProgressBar', () => {
  it('rewrites its line, and keeps that of the build', () => {
    const { view, wait, written } = recorded(ProgressBar);
    view.show(building);
    wait(1_000);
    view.show({ ...building, percent: 50 });
    view.show({ phase: 'Saving', percent: 100 });
    view.end();
    expect(written().match(/\n/g)).toHaveLength(2);
    expect(written()).toContain('\r\u001B[2KBuilding');
  });

  it('makes room for other lines', () => {
    const { view, console, written } = recorded(ProgressBar);
    view.show(building);
    console.warn('Attention');
    expect(written()).toContain('\r\u001B[2KAttention\n');
  });
});

describe('ProgressLines', () => {
  it('prints a line for each phase and each tenth', () => {
    const { view, written } = recorded(ProgressLines);
    for (const percent of [0, 4, 9, 10, 11, 35, 36]) view.show({ phase: 'Building', percent });
    view.show({ phase: 'Saving', percent: 0 });
    expect(written()).toBe('Building: 0 %\nBuilding: 10 %\nBuilding: 35 %\nSaving: 0 %\n');
  });

  it('prints a line every 30 s, without escapes', () => {
    const { view, wait, written } = recorded(ProgressLines);
    for (let i = 0; i < 4; i++) {
      view.show({ phase: 'Waiting', percent: 0, detail: 'Waiting' });
      wait(15_000);
    }
    expect(written()).toBe('Waiting: 0 %, Waiting\nWaiting: 0 %, Waiting\n');
    expect(written()).not.toContain('\u001B');
  });
});
