import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { locate, type ServerProgram } from './locate-program.js';

const FOLDER = 'deploy/kubernetes';

/** The fields of resources that tests look at. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec: Record<string, unknown>;
}

export interface Probe {
  httpGet?: { path: string; port: string | number };
}

export interface Container {
  name: string;
  args?: string[];
  env?: { name: string; value: string }[];
  envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports: { name: string; containerPort: number }[];
  livenessProbe: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop: { sleep: { seconds: number } } };
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
}

export interface PodSpec {
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  securityContext: Record<string, unknown>;
  containers: Container[];
}

/** Finds kubectl, or kustomize, which it contains. */
export async function locateKustomize(): Promise<ServerProgram> {
  const kubectl = await locate('kubectl', { variable: 'KUBECTL_PATH' });
  if ('path' in kubectl) return kubectl;
  return locate('kustomize', {
    variable: 'KUSTOMIZE_PATH',
    paths: [join(homedir(), 'go', 'bin', 'kustomize')],
  });
}

/** Builds a folder below deploy/kubernetes, such as `overlays/small`. */
export async function buildManifests(program: string, folder: string): Promise<Resource[]> {
  const command = basename(program) === 'kubectl' ? 'kustomize' : 'build';
  const { stdout } = await promisify(execFile)(program, [command, join(FOLDER, folder)]);
  return resourcesIn(stdout);
}

export function resourcesIn(text: string): Resource[] {
  return parseAllDocuments(text, { merge: true }).map((document) => document.toJS() as Resource);
}

export function podOf({ spec }: Resource): PodSpec {
  return (spec['template'] as { spec: PodSpec }).spec;
}
