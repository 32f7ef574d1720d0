import type { ReactNode } from 'react';
import type { Download } from '../../client/index.js';

/** Properties of every part. */
export interface PartProps {
  className?: string | undefined;
}

/** Properties of parts that render downloads. */
export interface DownloadPartProps extends PartProps {
  /** Renders a download with your own markup. */
  children?: ((download: Download) => ReactNode) | undefined;
}

/** Joins the class of a part with yours. */
export function classes(own: string, given: string | undefined): string {
  return given ? `${own} ${given}` : own;
}
