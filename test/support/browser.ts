import { type Browser, chromium } from 'playwright-core';
import { locate, type ServerProgram } from './locate-program.js';

/** Finds Chromium; the suites that need it say what to install when there is none. */
export function locateChromium(): Promise<ServerProgram> {
  const install = () => Promise.reject(new Error('install the Debian package chromium'));
  return locate('chromium', { variable: 'CHROMIUM_PATH', install });
}

/** Starts a browser without its sandbox, which needs rights that containers lack. Close it after the tests. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
