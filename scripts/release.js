import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { audit } from './audit.js';
import { changelogSection, withSection } from './release/changelog.js';

/** Prepares a release: version, changelog and SBOM. It commits, tags and publishes nothing. */

const CHANGELOG = 'CHANGELOG.md';
const PACKAGES = ['package.json', 'clients/package.json', 'package-lock.json', ...examples()];

const run = (program, ...args) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).trim();

function examples() {
  return readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^/\\]+[/\\]package\.json$/.test(name))
    .map((name) => `examples/${name}`);
}

/** @throws Error for wrong arguments. */
function options() {
  const { values } = parseArgs({
    options: { version: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  });
  if (!/^\d+\.\d+\.\d+$/.test(values.version ?? '')) throw new Error('Name the release: --version X.Y.Z');
  return { version: values.version, dryRun: values['dry-run'] };
}

function assertReleasable(version) {
  if (run('git', 'status', '--porcelain') !== '')
    throw new Error('The working tree has changes. Commit or remove them first.');
  if (run('git', 'tag', '--list', `v${version}`) !== '')
    throw new Error(`The tag v${version} exists already.`);
}

/** Returns commit subjects since the last release, newest first. */
function subjects() {
  const last = run('git', 'tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-version:refname').split(
    '\n',
  )[0];
  const range = last ? [`${last}..HEAD`] : [];
  return run('git', 'log', '--no-merges', '--format=%s', ...range).split('\n');
}

/** Sets the version of the service and its client, and of the client where others depend on it. */
function withVersion(text, version) {
  const json = JSON.parse(text);
  for (const each of [json, json.packages?.[''], json.packages?.clients]) {
    if (!each) continue;
    if (/^longhaul(?:-server)?$/.test(each.name)) each.version = version;
    for (const kind of ['dependencies', 'devDependencies']) {
      if (each[kind]?.longhaul) each[kind].longhaul = `^${version}`;
    }
  }
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** Lists what an image contains, as CycloneDX. */
function sbom() {
  const flags = ['--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'];
  const bom = JSON.parse(run('npm', 'sbom', ...flags));
  // npm would name it after the folder.
  bom.metadata.component.name = 'longhaul-server';
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function release() {
  const { version, dryRun } = options();
  assertReleasable(version);
  const audited = audit();
  if (audited === 'vulnerable')
    throw new Error('Vulnerable packages: run `npm audit --omit=dev`, and upgrade them.');
  if (audited === 'unanswered')
    console.log('The registry answers no audits. Run `npm audit` elsewhere first.\n');
  const section = changelogSection(version, new Date().toISOString().slice(0, 10), subjects());
  const file = `dist/longhaul-${version}.cdx.json`;
  if (dryRun) console.log(`${section}\nNothing was written.`);
  else {
    for (const path of PACKAGES) writeFileSync(path, withVersion(readFileSync(path, 'utf8'), version));
    writeFileSync(CHANGELOG, withSection(readFileSync(CHANGELOG, 'utf8'), section));
    mkdirSync('dist', { recursive: true });
    writeFileSync(file, sbom());
    console.log(`Wrote ${CHANGELOG}, ${PACKAGES.join(', ')} and ${file}.`);
  }
  console.log(`
Next: shorten the new section of ${CHANGELOG}, then
  npm run record
  git add --all && git commit --message 'release: ${version}' && git tag v${version}
  docker build --file deploy/Dockerfile --tag longhaul:${version} .`);
}

try {
  release();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
