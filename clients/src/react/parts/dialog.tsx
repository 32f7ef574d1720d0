'use client';
import type { ReactNode } from 'react';
import { useDialog } from '../hooks/use-dialog.js';
import { type PartProps, classes } from './part-props.js';

export interface DialogProps extends PartProps {
  /** Name of the part: `modal` or `drawer`. */
  part: string;
  state: string;
  isOpen: boolean;
  /** Escape. */
  onClose: () => void;
  /** Closes it by a click beside it too. The second click of a double click is none. */
  isLight?: boolean | undefined;
  labelledBy: string;
  children: ReactNode;
}

/** A modal dialog of the platform. Its content exists only while it is open. */
export function Dialog(props: DialogProps) {
  const { part, state, isOpen, onClose, isLight = false, labelledBy, className, children } = props;
  const dialog = useDialog(isOpen);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Escape does the same
    <dialog
      ref={dialog}
      className={classes(`lh-${part}`, className)}
      data-lh-part={part}
      data-state={state}
      tabIndex={-1}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={onClose}
      onClick={({ target, detail }) => isLight && detail < 2 && target === dialog.current && onClose()}
    >
      {isOpen && children}
    </dialog>
  );
}
