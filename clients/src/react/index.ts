export { type LonghaulContext, useLonghaul } from './context.js';
export {
  DEFAULT_LOCALE,
  formatBytes,
  formatCountdown,
  formatDuration,
  formatNumber,
  formatTime,
  plural,
} from './format.js';
export * from './files/index.js';
export { useDownload } from './hooks/use-download.js';
export { useDownloadTitle } from './hooks/use-download-title.js';
export { type DownloadUi, useDownloadUi } from './hooks/use-download-ui.js';
export { type DownloadsState, useDownloads } from './hooks/use-downloads.js';
export { type StartDownload, useStartDownload } from './hooks/use-start-download.js';
export { english, type Messages } from './messages.js';
export { DownloadButton, type DownloadButtonProps } from './parts/download-button.js';
export { DownloadDrawer } from './parts/download-drawer.js';
export { DownloadList, DownloadList as DownloadManager } from './parts/download-list.js';
export { DownloadModal } from './parts/download-modal.js';
export { DownloadProgress, type DownloadProgressProps } from './parts/download-progress.js';
export { DownloadToasts, type DownloadToastsProps } from './parts/download-toasts.js';
export type { DownloadPartProps, PartProps } from './parts/part-props.js';
export { LonghaulProvider, type LonghaulProviderProps } from './provider.js';
export type { DownloadMessages } from './view/download-messages.js';
export type { DownloadAction, DownloadView, ViewAction } from './view/view.js';
export { type DownloadActions, useDownloadActions } from './hooks/use-download-actions.js';
export { useDownloadView } from './hooks/use-download-view.js';
export { isActive } from './store/is-active.js';
export { describe as describeDownload } from './view/describe.js';
export type { DescribeOptions } from './view/scene.js';
