/**
 * Patches that this release contains but does not use yet. Workers of the release before do not know them: they could
 * not continue a workflow that used one. The next release removes the id from this list, see docs/upgrades.md.
 */
export const PENDING_PATCHES: readonly string[] = [];

/** Worker options that keep these patches inactive. */
export function inactive(patches: readonly string[] = PENDING_PATCHES) {
  // The call occupies the thread that serves builds, so do without it while no patch is pending.
  if (patches.length === 0) return {};
  return { patchActivationCallback: ({ patchId }: { patchId: string }) => !patches.includes(patchId) };
}
