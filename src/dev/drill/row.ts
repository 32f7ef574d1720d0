import type { DownloadRequest } from 'longhaul/client';
import type { Topology } from '../topology/topology.js';

/** The parts that a fault acts on. */
export interface Target {
  topology: Topology;
  folder: string;
  signal: AbortSignal;
  /** Returns a job that has been started; undefined before the first one. */
  someJob: () => string | undefined;
}

/** Preparations that a fault needs before the topology starts. */
export interface Prepared {
  /** Settings of APIs and workers. */
  settings?: Record<string, string>;
  /** More fields of each request. */
  request?: Partial<DownloadRequest>;
  close?: () => Promise<void>;
}

/** A row of the drill: one fault under load. */
export interface Row {
  name: string;
  inject: (target: Target) => Promise<void>;
  heal: (target: Target) => Promise<void>;
  prepare?: (folder: string) => Promise<Prepared>;
  /** Time between the two; 10 s when absent. */
  lastsMs?: number;
  /** Error codes with which jobs may end. */
  mayFail?: readonly string[];
  /** True if no job may need a second attempt. */
  oneAttempt?: true;
}
