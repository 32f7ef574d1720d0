'use client';
import { useRef } from 'react';
import { useLonghaul } from '../context.js';
import { CopyButton } from './copy-button.js';

/** Shows the checksum of an archive, with a button that copies it. */
export function Checksum({ value }: { value: string }) {
  const { messages } = useLonghaul();
  const code = useRef<HTMLElement>(null);
  return (
    <p className="lh-checksum">
      <span className="lh-muted">{messages.checksum()}</span>{' '}
      <code ref={code} className="lh-code">
        {value}
      </code>{' '}
      <CopyButton label={messages.copy()} text={() => value} source={() => code.current} />
    </p>
  );
}
