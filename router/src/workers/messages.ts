/** What the primary and its workers say to each other over the channel of the child process. */

/** What a worker serves; each text is read once, by the primary, so that all workers serve the same. */
export interface Served {
  readonly sdl: string;
  /** Of router.yaml. */
  readonly configText: string;
  /** How often all workers have been replaced: tells those of before from those of after, whatever the texts are. */
  readonly generation: number;
}

export type ToWorker =
  | ({ readonly type: 'serve' } & Served)
  /** With the socket of a connection. */
  | { readonly type: 'connection' }
  | { readonly type: 'replace supergraph'; readonly id: number; readonly sdl: string }
  | { readonly type: 'collect metrics'; readonly id: number }
  /** Another takes its place, and there is time: milliseconds for requests, and for idle connections. */
  | { readonly type: 'retire'; readonly patience: number; readonly linger: number }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  /** Connections that it has received, and that have ended, since it last said so. */
  | { readonly type: 'connections'; readonly taken: number; readonly ended: number }
  | { readonly type: 'done'; readonly id: number; readonly value?: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly reason: string }
  /** It was told to end, and not by the primary. */
  | { readonly type: 'leaving' }
  /** The last thing that it says, so that what it counted is not lost with it. */
  | { readonly type: 'last metrics'; readonly value: unknown };

/** The number of a worker, in its environment; unset in every other process. */
export const workerVariable = 'SELVEDGE_ROUTER_WORKER';
