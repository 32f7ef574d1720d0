import { AsyncLocalStorage } from 'node:async_hooks';

/** Fields of every line that is written while a request is served or an activity runs. */
export interface LogFields {
  requestId?: string;
  jobId?: string;
  traceId?: string;
  spanId?: string;
}

const fields = new AsyncLocalStorage<LogFields>();

/** Runs `work` with fields that every line written in it carries. */
export function withLogFields<T>(own: LogFields, work: () => T): T {
  return fields.run({ ...fields.getStore(), ...own }, work);
}

/** Runs `work` without fields, for lines that concern the whole process. */
export function withoutLogFields<T>(work: () => T): T {
  return fields.run({}, work);
}

/** Adds fields to the lines that follow, for what is known only later. */
export function addLogFields(more: LogFields): void {
  Object.assign(fields.getStore() ?? {}, more);
}

/** Returns a copy of the fields of this moment. */
export function logFields(): LogFields {
  return { ...fields.getStore() };
}
