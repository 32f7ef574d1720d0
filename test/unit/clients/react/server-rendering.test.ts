import { describe, expect, it, jest } from '@jest/globals';
import { createElement, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { LonghaulClient } from '../../../../clients/src/client/index.js';
import {
  DownloadButton,
  DownloadDrawer,
  DownloadList,
  DownloadModal,
  DownloadProgress,
  DownloadToasts,
  LonghaulProvider,
} from '../../../../clients/src/react/index.js';

function render(part: ReactNode): string {
  const fetch = jest.fn<typeof globalThis.fetch>();
  const client = new LonghaulClient({ baseUrl: 'https://downloads.example', fetch });
  const html = renderToString(createElement(LonghaulProvider, { client, title: true }, part));
  expect(fetch).not.toHaveBeenCalled();
  return html;
}

describe('parts on a server', () => {
  it('render a button with its label', () => {
    const button = createElement(DownloadButton, { request: { fileIds: [1] }, className: 'mine' }, 'Get');
    expect(render(button)).toBe(
      '<button type="button" class="lh-button mine" data-lh-part="button" data-state="idle">Get</button>',
    );
  });

  it('render closed dialogs and an empty list', () => {
    const html = [DownloadModal, DownloadDrawer, DownloadToasts, DownloadList].map((part) =>
      render(createElement(part)),
    );
    expect(html.join('')).not.toMatch(/ style=|<style| open/);
    expect(html[3]).toContain('No downloads yet');
    expect(render(createElement(DownloadProgress, { id: 'unknown' }))).toBe('');
  });

  it('throw outside of a provider', () => {
    expect(() => renderToString(createElement(DownloadList))).toThrow('inside <LonghaulProvider>');
  });
});
