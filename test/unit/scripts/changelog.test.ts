import { describe, expect, it } from '@jest/globals';
import { changelogSection, withSection } from '../../../scripts/release/changelog.js';

describe('changelogSection', () => {
  it('groups subjects by what users look for', () => {
    const section = changelogSection('1.2.0', '2026-11-29', [
      'storage: a lost connection is one retry',
      'test: a race less',
      'telemetry, storage: reads are counted',
      'api: jobs have labels',
      'cli: Ctrl-C keeps the partial file',
      'api: starts are faster',
    ]);
    expect(section).toBe(`## 1.2.0 (2026-11-29)

### API and jobs

- api: jobs have labels
- api: starts are faster

### Archives and sources

- storage: a lost connection is one retry

### Clients and page

- cli: Ctrl-C keeps the partial file

### Operations

- telemetry, storage: reads are counted
`);
  });

  it('leaves out what was reverted', () => {
    const subjects = ['Revert "api: jobs have labels"', 'api: jobs have labels'];
    expect(changelogSection('1.2.0', '2026-11-29', subjects)).toBe('## 1.2.0 (2026-11-29)\n');
  });
});

describe('withSection', () => {
  const section = '## 1.2.0 (2026-11-29)\n\n- new\n';

  it('puts a release above earlier ones', () => {
    expect(withSection('# Changelog\n\n## 1.1.0 (2026-01-01)\n\n- old\n', section)).toBe(
      '# Changelog\n\n## 1.2.0 (2026-11-29)\n\n- new\n\n## 1.1.0 (2026-01-01)\n\n- old\n',
    );
  });

  it('begins a changelog', () => {
    expect(withSection('# Changelog\n', section)).toBe(`# Changelog\n\n${section}`);
  });

  it('keeps a section that was written before', () => {
    const written = '# Changelog\n\n## 1.2.0 (2026-11-30)\n\n- by hand\n';
    expect(withSection(written, section)).toBe(written);
  });
});
