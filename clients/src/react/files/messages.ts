import type { LonghaulError } from '../../client/index.js';
import { formatNumber } from '../format.js';

/** All copy of the file picker. */
export interface FileMessages {
  fileList(): string;
  selectAllFiles(): string;
  /** @param total rows that are loaded; null while a search hides some. @param hasMore true if there are more. */
  filesSelected(selected: number, total: number | null, hasMore: boolean, locale: string): string;
  clearSelection(): string;
  selectingAll(soFar: number, locale: string): string;
  stopSelecting(): string;
  selectionFull(limit: number, locale: string): string;
  noFiles(): string;
  noMatch(query: string): string;
  clearSearch(): string;
  filesFailed(error: LonghaulError): string;
  filesRetrying(): string;
  loadFilesAgain(): string;
}

export const englishFiles: FileMessages = {
  fileList: () => 'Files',
  selectAllFiles: () => 'Select all files',
  filesSelected(selected, total, hasMore, locale) {
    const count = formatNumber(selected, locale);
    if (total === null) return `${count} selected`;
    const all = `${formatNumber(total, locale)}${hasMore ? '+' : ''}`;
    if (selected > 0) return `${count} of ${all} selected`;
    return `${all} ${total === 1 && !hasMore ? 'file' : 'files'}`;
  },
  clearSelection: () => 'Clear',
  selectingAll: (soFar, locale) => `Selecting all… ${formatNumber(soFar, locale)} so far.`,
  stopSelecting: () => 'Stop',
  selectionFull: (limit, locale) => `${formatNumber(limit, locale)} files at most`,
  noFiles: () => 'No files yet',
  noMatch: (query) => `Nothing matches “${query}”.`,
  clearSearch: () => 'Clear search',
  filesFailed: () => 'Files could not be loaded.',
  filesRetrying: () => 'The server is busy. Trying again…',
  loadFilesAgain: () => 'Try again',
};
