import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ERRORS } from '../../../src/contract/errors.js';
import { namesInSchema, OTHER_SETTINGS } from '../../support/setting-names.js';
import { documents, readDocument } from './markdown.js';

const COMPOSE = 'docker-compose.yml';

const ENV_EXAMPLE = existsSync('.env.example') ? readFileSync('.env.example', 'utf8') : '';

const SETTINGS = new Set([...namesInSchema(), ...OTHER_SETTINGS]);

/** Variables of other programs and of the tests. */
const OF_OTHERS = /^(AWS|XDG)_|^(NO_COLOR|PROMETHEUS_URL|RECORD_HISTORIES|SIZE_OUTPUT)$/;

/** Read by `@temporalio/envconfig`; docs/settings.md mentions them in a sentence. */
const OF_TEMPORAL = /^TEMPORAL_(CONFIG_FILE|PROFILE|TLS_DISABLE_HOST_VERIFICATION)$/;

/** Codes of the clients and of gRPC, and words that stand for a value of the reader. */
const WORDS = /^(BAD_ANSWER|SERVER_UNAVAILABLE|REQUEST_INCOMPLETE|RESOURCE_EXHAUSTED|JOB_ID|EVENTS_URL)$/;

const NAME = /(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w*])/g;

/** Names in Compose: of our services, which have a test of their own, and of the others. */
const IN_COMPOSE = new Set(readFileSync(COMPOSE, 'utf8').match(NAME));

function isKnown(name: string): boolean {
  const isOfOthers = [OF_OTHERS, OF_TEMPORAL, WORDS].some((names) => names.test(name));
  return SETTINGS.has(name) || name in ERRORS || IN_COMPOSE.has(name) || isOfOthers;
}

interface Compose {
  services: Record<string, { build?: unknown; environment?: Record<string, unknown> }>;
}

/** The environments of our own services. */
function ourServices(): Record<string, unknown>[] {
  const { services } = parse(readFileSync(COMPOSE, 'utf8'), { merge: true }) as Compose;
  return Object.values(services).flatMap(({ build, environment }) =>
    build && environment ? [environment] : [],
  );
}

describe('environment name', () => {
  it.each(documents())('exists if %s has it', (document) => {
    const names = readDocument(document).match(NAME) ?? [];
    expect([...new Set(names)].filter((name) => !isKnown(name))).toEqual([]);
  });

  it('exists if a service of ours has it in Compose', () => {
    const names = ourServices().flatMap((environment) => Object.keys(environment));
    expect(names).toContain('WORKER_ROLE');
    expect(names.filter((name) => !SETTINGS.has(name))).toEqual([]);
  });

  it('exists or is explained if Compose reads it', () => {
    const names = [...readFileSync(COMPOSE, 'utf8').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
    const explained = `${ENV_EXAMPLE}\n${readDocument('deploy/README.md')}`;
    expect([...new Set(names)].filter((name) => !SETTINGS.has(name) && !explained.includes(name))).toEqual(
      [],
    );
  });

  it('is read by Compose if .env.example has it', () => {
    const names = [...ENV_EXAMPLE.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!);
    const compose = readFileSync(COMPOSE, 'utf8');
    expect(names.filter((name) => !compose.includes(`\${${name}`))).toEqual([]);
  });
});
