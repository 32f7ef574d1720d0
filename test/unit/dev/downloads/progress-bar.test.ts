import { describe, expect, test } from '@jest/globals';
import {
  type Output,
  createProgressBar,
  renderProgress,
} from '../../../../src/dev/downloads/progress-bar.js';

function output(terminal: Partial<Output>): Output & { text: string } {
  return {
    ...terminal,
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}

const queued = { status: 'queued', progress: 0, message: 'Waiting' };
const running = { status: 'running', progress: 40, message: 'Fetching 2 of 3 files' };
const further = { status: 'running', progress: 60, message: 'Fetching 3 of 3 files' };
const publishing = { status: 'processing_artifacts', progress: 95, message: 'Publishing' };

describe('renderProgress', () => {
  test('shows bar, percentage and message', () => {
    expect(renderProgress(running, 80)).toBe('█████████░░░░░░░░░░░░░░░  40%  Fetching 2 of 3 files');
  });

  test('is full only at 100 %', () => {
    expect(renderProgress({ ...running, progress: 99.9 }, 80)).toMatch(/^█{23}░ {2}99%/);
    expect(renderProgress({ ...running, progress: 100 }, 80)).toMatch(/^█{24} 100%/);
  });

  test('clamps progress to 0 and 100', () => {
    expect(renderProgress({ ...running, progress: 180 }, 80)).toMatch(/^█{24} 100%/);
    expect(renderProgress({ ...running, progress: -3 }, 80)).toMatch(/^░{24} {3}0%/);
  });

  test('shows bytes and remaining time of a running download', () => {
    const fetching = { ...running, bytesProcessed: 9_600_000, bytesTotal: 240_000_000, etaSeconds: 24 };
    const detail = (state: object) => renderProgress({ ...fetching, ...state }, 200).slice(31);
    expect(detail({})).toBe('Fetching 2 of 3 files, 9.6 of 240 MB, 24 s left');
    expect(detail({ etaSeconds: 125 })).toBe('Fetching 2 of 3 files, 9.6 of 240 MB, 3 min left');
    expect(detail({ etaSeconds: null })).toBe('Fetching 2 of 3 files, 9.6 of 240 MB');
    expect(detail({ bytesTotal: null })).toBe('Fetching 2 of 3 files');
    expect(detail({ status: 'completed', message: 'Ready' })).toBe('Ready');
  });

  test('stays on one line', () => {
    expect(renderProgress(running, 20)).toHaveLength(19);
    const rendered = renderProgress({ ...running, message: 'one\r\ntwo\u001B[2Jthree' }, 80);
    expect(rendered).toMatch(/ {2}one two \[2Jthree$/);
  });
});

describe('createProgressBar on a terminal', () => {
  test('rewrites its line, and ends it', () => {
    const terminal = output({ isTTY: true, columns: 60 });
    const bar = createProgressBar(terminal);
    bar.update(running);
    bar.update(running);
    bar.update(further);
    bar.end();
    const lines = [running, further].map((progress) => `\r\u001B[2K${renderProgress(progress, 60)}`);
    expect(terminal.text).toBe(`${lines.join('')}\n`);
  });

  test('prints nothing without updates', () => {
    const terminal = output({ isTTY: true });
    createProgressBar(terminal).end();
    expect(terminal.text).toBe('');
  });
});

describe('createProgressBar in a log', () => {
  test('writes one line per message', () => {
    const log = output({});
    const bar = createProgressBar(log);
    for (const progress of [queued, queued, running, further, publishing]) bar.update(progress);
    bar.end();
    expect(log.text.split('\n')).toEqual([
      'queued (0%): Waiting',
      'running (40%): Fetching 2 of 3 files',
      'running (60%): Fetching 3 of 3 files',
      'processing artifacts (95%): Publishing',
      '',
    ]);
  });
});
