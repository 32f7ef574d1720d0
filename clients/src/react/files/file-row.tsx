'use client';
import { memo } from 'react';
import type { ListedFile } from '../../client/index.js';

interface FileRowProps {
  file: ListedFile;
  index: number;
  top: number;
  height: number;
  isSelected: boolean;
  isActive: boolean;
  size: string;
}

/** One file of the picker. The grid handles its events. */
export const FileRow = memo(function FileRow(props: FileRowProps) {
  const { file, index, top, height, isSelected, isActive, size } = props;
  const name = file.name ?? String(file.fileId);
  const cut = name.lastIndexOf('/') + 1;
  return (
    <div
      role="row"
      className="lh-file"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      style={{ position: 'absolute', insetInline: 0, insetBlockStart: top, blockSize: height }}
    >
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- its text is deeper than the rule looks */}
      <span role="gridcell" className="lh-file-name" title={name}>
        <span className="lh-check" aria-hidden="true" />
        <bdi className="lh-file-path">
          <span className="lh-file-folder">{name.slice(0, cut)}</span>
          <span className="lh-file-base">{name.slice(cut)}</span>
        </bdi>
      </span>
      <span role="gridcell" className="lh-file-size">
        {size}
      </span>
    </div>
  );
});
