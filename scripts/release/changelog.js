/** Areas of commit subjects, by what users of a release look for. Other areas concern only developers. */
const GROUPS = {
  'API and jobs': [
    'activities',
    'api',
    'catalogue',
    'files',
    'jobs',
    'lanes',
    'lookup',
    'status',
    'workflows',
  ],
  'Archives and sources': ['archive', 'bytes', 'source', 'storage'],
  'Clients and page': ['cli', 'client', 'clients', 'page', 'react', 'web'],
  Operations: [
    'config',
    'deploy',
    'outbound',
    'runtime',
    'secrets',
    'settings',
    'telemetry',
    'temporal',
    'worker',
  ],
};

/**
 * Writes the section of a release from commit subjects such as `api: what changed`. The first area of a subject that
 * has a group counts. Commits that were reverted later are left out.
 */
export function changelogSection(version, date, subjects) {
  const reverted = new Set(subjects.map((subject) => /^Revert "(.*)"$/.exec(subject)?.[1]));
  const kept = subjects.filter((subject) => !reverted.has(subject));
  const parts = Object.keys(GROUPS).flatMap((title) => {
    const lines = kept.filter((subject) => groupOf(subject) === title).map((subject) => `- ${subject}\n`);
    return lines.length > 0 ? [`### ${title}\n\n${lines.join('')}`] : [];
  });
  return [`## ${version} (${date})\n`, ...parts].join('\n');
}

function groupOf(subject) {
  const areas = /^([a-z, ]+): /.exec(subject)?.[1].split(', ') ?? [];
  const titles = areas.map((area) => Object.keys(GROUPS).find((title) => GROUPS[title].includes(area)));
  return titles.find(Boolean);
}

/** Puts a section above those of earlier releases. A changelog that has one for this version stays as it is. */
export function withSection(changelog, section) {
  const [heading] = section.split(' (');
  if (`\n${changelog}`.includes(`\n${heading} `)) return changelog;
  const at = changelog.search(/^## /m);
  return at < 0
    ? `${changelog.trimEnd()}\n\n${section}`
    : `${changelog.slice(0, at)}${section}\n${changelog.slice(at)}`;
}
