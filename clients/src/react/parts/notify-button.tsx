'use client';
import { useLonghaul } from '../context.js';
import { useUiState } from '../hooks/use-download-ui.js';

/** Asks for permission to notify, on this click alone. Absent where browsers never allow it. */
export function NotifyButton({ id }: { id: string }) {
  const { messages, ui } = useLonghaul();
  const isOn = useUiState(({ notify }) => notify.includes(id));
  if (!isSecureContext || !('Notification' in globalThis) || Notification.permission === 'denied')
    return null;

  async function toggle(): Promise<void> {
    if (isOn) ui.setNotify(id, false);
    else ui.setNotify(id, (await Notification.requestPermission()) === 'granted');
  }

  return (
    <button type="button" className="lh-action" aria-pressed={isOn} onClick={() => void toggle()}>
      {isOn ? messages.willTell() : messages.tellMe()}
    </button>
  );
}
