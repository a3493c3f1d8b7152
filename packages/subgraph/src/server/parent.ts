// `npm start` forks its services and listens to them over Node's IPC channel. Without a parent these calls do nothing.

/** What a service tells the process that started it. */
export type ParentMessage =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string };

/** Sends without waiting; a parent that is gone is no error. */
export function tellParent(message: ParentMessage): void {
  if (process.send === undefined || !process.connected) return;
  // The parent may die between the check and the write; its death is seen by the 'disconnect' event.
  process.send(message, undefined, {}, () => undefined);
}

/** Calls back once when this process should end: a signal, or a parent that is gone (even by SIGKILL). */
export function onceAskedToStop(stop: (reason: string) => void): void {
  let isAsked = false;
  const ask = (reason: string): void => {
    if (isAsked) return;
    isAsked = true;
    stop(reason);
  };
  process.once('SIGTERM', () => {
    ask('SIGTERM');
  });
  process.once('SIGINT', () => {
    ask('SIGINT');
  });
  if (process.send === undefined) return;
  const parentIsGone = (): void => {
    ask('the parent is gone');
  };
  process.once('disconnect', parentIsGone);
  // It may have gone before anybody listened, while this process was still loading.
  if (!process.connected) setImmediate(parentIsGone);
}
