import { useEffect, useRef } from 'react';
import { useLonghaul } from 'longhaul/react';
import { SignInForm } from './sign-in-form.js';
import type { Session } from './use-session.js';

/** Asks again, over the page: the selection stays, and downloads continue meanwhile. */
export function SignInAgain({ session, isOpen }: { session: Session; isOpen: boolean }) {
  const { downloads } = useLonghaul();
  const dialog = useRef<HTMLDialogElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else if (wasOpen.current) void downloads.resume();
    wasOpen.current = isOpen;
  }, [isOpen, downloads]);
  if (!isOpen) return null;
  return (
    // Closing would leave a page on which nothing works.
    <dialog
      ref={dialog}
      className="lh-modal dialog"
      aria-labelledby="again"
      onCancel={(event) => event.preventDefault()}
      // Chromium closes at the second Escape in any case.
      onClose={() => dialog.current?.showModal()}
    >
      <div className="dialog-body">
        <h2 id="again">Please sign in again</h2>
        <p>Your downloads continue meanwhile.</p>
        <SignInForm session={session} />
      </div>
    </dialog>
  );
}
