/** Tells Monaco where its language workers are. GraphiQL's own set-ups are for Vite, webpack and a CDN. */
import type {} from 'monaco-editor';
import type { PageData } from './page-data.js';

export function setUpWorkers(urls: PageData['workers']): void {
  window.MonacoEnvironment = {
    getWorker: (_id, label) => new Worker(urlOf(label, urls), { type: 'module' }),
  };
}

function urlOf(label: string, urls: PageData['workers']): string {
  return label === 'graphql' || label === 'json' ? urls[label] : urls.editor;
}
