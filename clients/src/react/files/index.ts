export { FilePicker, type FilePickerProps } from './file-picker.js';
export type { FilesState } from './file-list.js';
export { selectedBytes } from './selected-bytes.js';
export { type EstimateResult, useEstimate } from './use-estimate.js';
export { type Files, useFiles } from './use-files.js';
export { type Selection, type SelectionSource, useSelection } from './use-selection.js';
