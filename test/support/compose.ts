import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One service of docker-compose.yml, as far as the tests look at it. */
export interface ComposeService {
  image: string;
  restart?: string;
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { disable?: boolean };
  deploy?: { replicas?: number; resources: { limits: { memory: string } } };
}

/** The text of docker-compose.yml. */
export const COMPOSE_TEXT = readFileSync('docker-compose.yml', 'utf8');

export const COMPOSE = parse(COMPOSE_TEXT, { merge: true }) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
};

/** Returns the environment of a service as Compose passes it, with the given variables set. */
export function environmentOf(
  service: string,
  variables: Record<string, string> = {},
): Record<string, string> {
  const value = (text: string) =>
    text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, fallback: string) => variables[name] || fallback);
  const { environment = {} } = COMPOSE.services[service]!;
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, value(text)]));
}
