import { useState } from 'react';
import type { FileId } from 'longhaul/client';
import { plural, type Selection, useLonghaul } from 'longhaul/react';
import { parseFileIds } from '../link.js';

/** A field for file ids, for servers that list no files. */
export function EnterIds({ initial, selection }: { initial: readonly FileId[]; selection: Selection }) {
  const { locale } = useLonghaul();
  const [text, setText] = useState(initial.join('\n'));
  const { ids, rest } = parseFileIds(text);

  function enter(next: string): void {
    setText(next);
    selection.clear();
    selection.add(parseFileIds(next).ids);
  }

  return (
    <div className="enter-ids">
      <label htmlFor="ids">
        <h2>Which files?</h2>
        Enter file ids, one per line
      </label>
      <textarea
        id="ids"
        value={text}
        rows={10}
        spellCheck={false}
        autoComplete="off"
        placeholder={'70000\n70001'}
        aria-describedby="ids-note"
        onChange={(event) => enter(event.target.value)}
      />
      <p id="ids-note" role="status" className={rest.length > 0 ? 'danger' : 'muted'}>
        {rest.length > 0
          ? `Not an id: ${rest.slice(0, 3).join(', ')}${rest.length > 3 ? ' …' : ''}`
          : plural(ids.length, { one: 'id', other: 'ids' }, locale)}
      </p>
    </div>
  );
}
