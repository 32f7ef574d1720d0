'use client';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useUiState } from '../hooks/use-download-ui.js';

/** Opens the modal of a download. Absent on a page without a modal, and in the modal itself. */
export function ShowButton({ download: { id, name } }: { download: Download }) {
  const { messages, ui } = useLonghaul();
  const canShow = useUiState(({ shown, modals }) => modals > 0 && shown !== id);
  if (!canShow) return null;
  return (
    <button
      type="button"
      className="lh-action"
      aria-label={`${messages.show()} ${name}`}
      onClick={() => ui.show(id)}
    >
      {messages.show()}
    </button>
  );
}
