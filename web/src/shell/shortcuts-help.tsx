import { useState } from 'react';
import { Dialog } from './dialog.js';
import { hasSingleKeys, setSingleKeys } from './use-shortcuts.js';

const MOD = /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

const SHORTCUTS: readonly [keys: string, action: string][] = [
  ['/', 'Search'],
  ['↑ ↓ Home End', 'Move in the list'],
  ['Space', 'Select or remove a file'],
  ['Shift + ↑ ↓', 'Select a range; also Shift and click'],
  [`${MOD} + A`, 'Select all'],
  ['Esc', 'Clear the selection'],
  [`${MOD} + Enter`, 'Download'],
  ['D', 'My downloads'],
  ['?', 'This help'],
];

export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(hasSingleKeys);
  return (
    <Dialog id="shortcuts" title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(([keys, action]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => {
            setSingleKeys(target.checked);
            setOn(target.checked);
          }}
        />
        Shortcuts of one key: / D ?
      </label>
    </Dialog>
  );
}
