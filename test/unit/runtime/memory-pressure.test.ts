import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryPressure } from '../../../src/runtime/memory-pressure.js';

const CGROUP = 'sys/fs/cgroup';

describe('MemoryPressure', () => {
  let system: string;
  beforeEach(async () => {
    system = await mkdtemp(join(tmpdir(), 'longhaul-cgroup-'));
  });
  afterEach(() => rm(system, { recursive: true }));

  async function write(files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(system, path)), { recursive: true });
      await writeFile(join(system, path), text);
    }
  }

  it('is absent without a limit', async () => {
    expect(MemoryPressure.find(system)).toBeUndefined();
    await write({ 'proc/self/cgroup': '0::/\n', [`${CGROUP}/memory.max`]: 'max\n' });
    expect(MemoryPressure.find(system)).toBeUndefined();
    await write({
      'proc/self/cgroup': '4:memory:/\n0::/\n',
      [`${CGROUP}/memory/memory.limit_in_bytes`]: '9223372036854771712\n',
    });
    expect(MemoryPressure.find(system)).toBeUndefined();
  });

  it('counts no page cache', async () => {
    const unit = `${CGROUP}/system.slice/worker.service`;
    await write({
      'proc/self/cgroup': '0::/system.slice/worker.service\n',
      [`${unit}/memory.max`]: '1000\n',
      [`${unit}/memory.current`]: '990\n',
      [`${unit}/memory.stat`]: 'anon 700\ninactive_anon 700\ninactive_file 100\nactive_file 50\n',
    });
    const memory = MemoryPressure.find(system)!;
    expect(memory.share).toBe(0.84);
    expect(memory.isShort).toBe(false);
    await write({ [`${unit}/memory.current`]: '1000\n' });
    expect(memory.isShort).toBe(true);
  });

  it('reads version 1 in a container', async () => {
    await write({
      'proc/self/cgroup': '4:memory:/docker/76d56e\n0::/\n',
      [`${CGROUP}/memory/memory.limit_in_bytes`]: '1000\n',
      [`${CGROUP}/memory/memory.usage_in_bytes`]: '900\n',
      [`${CGROUP}/memory/memory.stat`]: 'inactive_file 7\ntotal_inactive_file 30\ntotal_active_file 10\n',
    });
    expect(MemoryPressure.find(system)!.share).toBe(0.86);
  });
});
