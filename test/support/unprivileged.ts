/** The user id of `nobody` on Linux. */
const NOBODY = 65_534;

/** Runs `work` without the privileges of root, which may read everything. */
export async function unprivileged(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
