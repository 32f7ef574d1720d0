import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Locked {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  inBundle?: boolean;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Locked>;
};
const installed = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/'));

describe('package-lock.json', () => {
  it('comes from the registry with a checksum', () => {
    const wrong = installed.filter(
      ([, { link, inBundle, resolved, integrity }]) =>
        !link &&
        !inBundle &&
        // Without `resolved`, npm asks its registry.
        (resolved !== undefined || !integrity?.startsWith('sha512-')),
    );
    expect(installed.length).toBeGreaterThan(100);
    expect(wrong.map(([path]) => path)).toEqual([]);
  });
});
