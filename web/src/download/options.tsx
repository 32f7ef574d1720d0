import type { DownloadRequest } from 'longhaul/client';
import { useIsWide } from '../use-is-wide.js';
import { OptionsIcon } from '../shell/icons.js';

export interface DownloadOptions {
  format: NonNullable<NonNullable<DownloadRequest['archive']>['format']>;
  onFileError: NonNullable<DownloadRequest['onFileError']>;
}

export const DEFAULTS: DownloadOptions = { format: 'zip', onFileError: 'fail' };

interface OptionsProps {
  options: DownloadOptions;
  onChange: (options: DownloadOptions) => void;
}

/** Format, and what a bad file does. In the bar where there is room, otherwise in a popover. */
export function Options({ options, onChange }: OptionsProps) {
  const isWide = useIsWide();
  return (
    <>
      <button
        type="button"
        className="button quiet options-button"
        popoverTarget="options"
        aria-label="Options"
      >
        <OptionsIcon />
      </button>
      <div id="options" popover="auto" className={isWide ? 'options' : 'options menu'}>
        <label>
          <span>Format</span>
          <select
            value={options.format}
            onChange={({ target }) =>
              onChange({ ...options, format: target.value as DownloadOptions['format'] })
            }
          >
            <option value="zip">zip</option>
            <option value="tar">tar</option>
            <option value="tar.gz">tar.gz</option>
          </select>
        </label>
        <label>
          <span>If a file fails</span>
          <select
            value={options.onFileError}
            onChange={({ target }) =>
              onChange({ ...options, onFileError: target.value as DownloadOptions['onFileError'] })
            }
          >
            <option value="fail">stop</option>
            <option value="skip">skip it</option>
          </select>
        </label>
      </div>
    </>
  );
}
