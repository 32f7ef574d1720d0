import { useState } from 'react';
import { plural, type Selection, useLonghaul } from 'longhaul/react';
import { parseFileIds } from '../link.js';
import { named } from './link-problems.js';

/** A field for file ids, for servers that list no files. It begins with the selection, for example that of a link. */
export function EnterIds({ selection }: { selection: Selection }) {
  const { messages, locale } = useLonghaul();
  const [text, setText] = useState(() => [...selection.ids].join('\n'));
  const { ids, rest } = parseFileIds(text);
  const { limit } = selection;
  const isWrong = rest.length > 0 || ids.length > limit;

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
      <p id="ids-note" role="status" className={isWrong ? 'danger' : 'muted'}>
        {plural(ids.length, { one: 'id', other: 'ids' }, locale)}
        {ids.length > limit &&
          `. A download has ${messages.files(limit, locale)} at most: the first ones count`}
        {rest.length > 0 && `. Not an id: ${named(rest)}`}
      </p>
    </div>
  );
}
