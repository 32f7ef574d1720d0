'use client';
import { useLonghaul } from '../context.js';
import { useUiState } from '../hooks/use-download-ui.js';

/** Asks for permission to notify, on this click alone. Absent where browsers never allow it. */
export function NotifyButton({ id }: { id: string }) {
  const { messages, ui } = useLonghaul();
  const { notify } = useUiState();
  if (!isSecureContext || !('Notification' in globalThis) || Notification.permission === 'denied')
    return null;
  const isOn = notify.includes(id);

  async function toggle(): Promise<void> {
    if (isOn) ui.mark('notify', id, false);
    else ui.mark('notify', id, (await Notification.requestPermission()) === 'granted');
  }

  return (
    <button type="button" className="lh-action" aria-pressed={isOn} onClick={() => void toggle()}>
      {isOn ? messages.willTell() : messages.tellMe()}
    </button>
  );
}
