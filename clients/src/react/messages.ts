import { type DownloadMessages, englishDownloads } from './view/download-messages.js';
import { englishFiles, type FileMessages } from './files/messages.js';

/**
 * All copy of the parts, as functions. Numbers come as numbers, with the locale last. Replace some of it with the
 * property `messages` of the provider.
 */
export interface Messages extends DownloadMessages, FileMessages {}

/** The copy that is shipped. */
export const english: Messages = { ...englishDownloads, ...englishFiles };
