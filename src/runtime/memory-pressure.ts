import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Share of its memory limit from which a process is short of memory. */
const SHORT_SHARE = 0.85;

/** Names in one version of cgroups. */
interface Version {
  /** Finds the group in `/proc/self/cgroup`. */
  group: RegExp;
  /** Folder of the hierarchy. */
  root: string;
  used: string;
  limit: string;
  /** Finds the sizes of the page cache in `memory.stat`. */
  cache: RegExp;
}

const VERSIONS: Version[] = [
  {
    group: /^0::(.*)$/m,
    root: '.',
    used: 'memory.current',
    limit: 'memory.max',
    cache: /^(?:in)?active_file (\d+)$/gm,
  },
  {
    group: /^\d+:memory:(.*)$/m,
    root: 'memory',
    used: 'memory.usage_in_bytes',
    limit: 'memory.limit_in_bytes',
    cache: /^total_(?:in)?active_file (\d+)$/gm,
  },
];

/** A limit above this is none: version 1 has the largest number in its place. */
const NO_LIMIT = 2 ** 53;

/** The memory of the cgroup of this process: of its container, or of its unit. */
export class MemoryPressure {
  private constructor(
    private readonly folder: string,
    private readonly version: Version,
    private readonly limit: number,
  ) {}

  /**
   * Returns undefined when no limit is set.
   * @param system root of `/proc` and `/sys`, for tests.
   */
  static find(system = '/'): MemoryPressure | undefined {
    const groups = textOf(join(system, 'proc/self/cgroup'));
    for (const version of VERSIONS) {
      const [, group] = version.group.exec(groups) ?? [];
      const root = join(system, 'sys/fs/cgroup', version.root);
      // A container sees its own group as the root, sometimes under the path that the host has for it.
      for (const folder of group === undefined ? [] : [join(root, group), root]) {
        const limit = Number.parseInt(textOf(join(folder, version.limit)), 10);
        if (limit < NO_LIMIT) return new MemoryPressure(folder, version, limit);
      }
    }
    return undefined;
  }

  /** Share of the limit that is in use. The page cache does not count: the system frees it when memory is needed. */
  get share(): number {
    const used = Number.parseInt(textOf(join(this.folder, this.version.used)), 10);
    const cache = [...textOf(join(this.folder, 'memory.stat')).matchAll(this.version.cache)];
    return (used - cache.reduce((sum, [, bytes]) => sum + Number(bytes), 0)) / this.limit;
  }

  get isShort(): boolean {
    return this.share >= SHORT_SHARE;
  }
}

/** Returns nothing for a file that cannot be read. Its system answers from memory, so this takes microseconds. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
