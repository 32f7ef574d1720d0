import { type ReactNode, useEffect, useRef } from 'react';

interface DialogProps {
  id: string;
  title: string;
  className?: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog of the platform. Escape, its button and a click beside it close it. */
export function Dialog({ id, title, className = '', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    const onClick = ({ target }: MouseEvent) => target === element && element.close();
    element.addEventListener('click', onClick);
    return () => element.removeEventListener('click', onClick);
  }, []);
  return (
    <dialog ref={dialog} className={`lh-modal dialog ${className}`} aria-labelledby={id} onClose={onClose}>
      <div className="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
