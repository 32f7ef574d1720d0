import type { BuildArchiveInput } from '../../contract/activities.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import type { ActivityContext } from '../as-activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import type { SegmentDependencies } from '../segments/dependencies.js';
import { BuildMeter } from './build-meter.js';
import { loadChunks } from './load-chunks.js';
import { streamArchive } from './stream-archive.js';
import { capabilitiesForZip, zipArchive } from './zip-archive.js';

/**
 * Builds a ZIP with the engine where setting and store permit, and any other archive in one stream.
 * @param deps Without those of the engine, every archive is streamed.
 * @see DownloadActivities.buildArchive
 */
export async function buildArchive(
  deps: ActivityDependencies | SegmentDependencies,
  input: BuildArchiveInput,
  context: ActivityContext,
): Promise<BuiltArchive> {
  const meter = new BuildMeter(context, input.handedOver);
  const files = await loadChunks(deps.store, input.chunks, context.signal);
  if ('engine' in deps) {
    const capabilities = await capabilitiesForZip(deps, input, files.files, context);
    if (capabilities) return zipArchive({ ...deps, capabilities }, input, files, meter, context);
  }
  return streamArchive(deps, input, files, meter, context);
}
