import { AsyncLocalStorage } from 'node:async_hooks';

const owners = new AsyncLocalStorage<string>();

/** Runs `work` on behalf of `owner`, such as a job. Everything that it calls sees the owner. */
export function runAs<T>(owner: string, work: () => T): T {
  return owners.run(owner, work);
}

/** Returns the owner of the running work; empty when there is none. */
export function currentOwner(): string {
  return owners.getStore() ?? '';
}
