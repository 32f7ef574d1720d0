import { action, lines, type Scene } from './scene.js';
import type { DownloadView } from './view.js';

/** A job whose archive can be saved. */
export function describeCompleted({ download, messages, locale }: Scene): Partial<DownloadView> {
  const { archive, name, saved, failure, pending, expiresAt, filesSkipped = 0 } = download;
  const skipped = archive?.skipped ?? filesSkipped;
  const isSaving = pending === 'save';
  const isSaved = saved && !isSaving && !failure;
  const facts = lines(
    archive && messages.files(archive.files, locale),
    archive && messages.size(archive.size, locale),
    expiresAt && messages.keptUntil(expiresAt, locale),
  );
  return {
    headline: skipped > 0 ? messages.readyWithout(skipped, locale) : messages.ready(),
    summary: skipped > 0 ? messages.isReadyWithout(name, skipped, locale) : messages.isReady(name),
    state: skipped > 0 ? messages.readyWithout(skipped, locale) : messages.stateWord('completed'),
    tone: 'ok',
    facts,
    line: facts.join(' · '),
    details: lines(
      isSaving && messages.saving(),
      isSaved && messages.handedOver(),
      skipped > 0 && messages.manifest(),
    ),
    checksum: archive?.checksum ?? null,
    skipped,
    actions: [
      saved || isSaving || failure
        ? action('save', messages.saveAgain(), isSaving || isSaved)
        : action('save', messages.save()),
      action('dismiss', messages.dismiss()),
    ],
  };
}
