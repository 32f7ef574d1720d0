'use client';
import { useRef } from 'react';
import { useLonghaul } from '../context.js';
import { CopyButton } from './copy-button.js';

/** Opens to the checksum of an archive, with a button that copies it. Few people need it. */
export function Checksum({ value }: { value: string }) {
  const { messages } = useLonghaul();
  const code = useRef<HTMLElement>(null);
  const [kind = '', hex = ''] = value.split(':');
  return (
    <details className="lh-checksum">
      <summary className="lh-muted">{messages.checksum(kind)}</summary>
      <code ref={code} className="lh-code">
        {hex}
      </code>{' '}
      <CopyButton label={messages.copy()} text={() => hex} source={() => code.current} />
    </details>
  );
}
