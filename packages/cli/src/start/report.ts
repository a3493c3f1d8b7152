// What a child process (router or subgraph) tells its parent over IPC.

export type Report =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string };

/** The report in an IPC message, or undefined for whatever else came. */
export function parseReport(message: unknown): Report | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(message, key);
    return typeof value === 'string' ? value : undefined;
  };
  switch (message.type) {
    case 'ready':
      return { type: 'ready' };
    case 'listening': {
      const url = text('url');
      return url === undefined ? undefined : { type: 'listening', url };
    }
    case 'progress': {
      const progress = text('text');
      return progress === undefined ? undefined : { type: 'progress', text: progress };
    }
    case 'failed':
      return { type: 'failed', message: text('message') ?? 'no reason given' };
    default:
      return undefined;
  }
}
