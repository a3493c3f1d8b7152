/** One way to send a command, whatever Redis consists of. Connects in the background, and again when the connection is lost. */
import { createClient, createCluster, createSentinel, RESP_TYPES } from 'redis';
import type { Topology } from './urls.js';

export type Argument = string | Buffer;

export interface Connection {
  /** Of Redis Cluster: a command reaches one slot. */
  readonly isClustered: boolean;
  /** Rejects at once where there is no connection. @param key by which Redis Cluster finds the node */
  send(key: string, command: Argument[], texts: 'strings' | 'buffers'): Promise<unknown>;
  /** At once; what was sent and not answered rejects. */
  destroy(): void;
}

export interface ConnectionOptions {
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly name: string;
  readonly failed: (error: unknown) => void;
}

const asBuffers = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
const asStrings = {};
/** Redis answers in order, so that a longer queue is one that is not answered. */
const longestQueue = 10_000;
/** The package's own makes an AbortSignal a command, and does not reach what was sent: `Caller` has one that does. */
const commandOptions = { timeout: 0 };

/** @param ready called once, when it is connected for the first time */
export function connect(topology: Topology, options: ConnectionOptions, ready: () => void): Connection {
  switch (topology.kind) {
    case 'single':
      return connectSingle(topology, options, ready);
    case 'sentinel':
      return connectSentinel(topology, options, ready);
    case 'cluster':
      return connectCluster(topology, options, ready);
  }
}

type Of<Kind extends Topology['kind']> = Extract<Topology, { kind: Kind }>;

function connectSingle(topology: Of<'single'>, options: ConnectionOptions, ready: () => void): Connection {
  const { node, tls, database } = topology;
  const client = createClient({
    ...nodeOptions(topology, options),
    socket: { ...node, ...socketOptions(tls, options) },
    database,
    commandOptions,
  });
  client.on('error', options.failed);
  client.connect().then(ready, options.failed);
  return {
    isClustered: false,
    send: (_key, command, texts) => client.sendCommand(command, texts === 'buffers' ? asBuffers : asStrings),
    destroy: () => {
      if (client.isOpen) client.destroy();
    },
  };
}

function connectSentinel(
  topology: Of<'sentinel'>,
  options: ConnectionOptions,
  ready: () => void,
): Connection {
  const { name, sentinels, sentinelCredentials, tls } = topology;
  const make = () =>
    createSentinel({
      name,
      sentinelRootNodes: [...sentinels],
      nodeClientOptions: { ...nodeOptions(topology, options), socket: socketOptions(tls, options) },
      sentinelClientOptions: {
        ...nodeOptions(sentinelCredentials, options),
        socket: socketOptions(tls, options),
      },
      // One connection for all commands: of a pool each command takes one, and they are not pipelined.
      reserveClient: true,
      scanInterval: 10_000,
      commandOptions,
    });
  const client = keepConnecting(make, options, ready);
  return {
    isClustered: false,
    send: (_key, command, texts) =>
      client.get().sendCommand(false, command, texts === 'buffers' ? asBuffers : asStrings),
    destroy: () => {
      client.destroy();
    },
  };
}

function connectCluster(topology: Of<'cluster'>, options: ConnectionOptions, ready: () => void): Connection {
  const { nodes, tls } = topology;
  const make = () =>
    createCluster({
      rootNodes: nodes.map((socket) => ({ socket })),
      defaults: { ...nodeOptions(topology, options), socket: socketOptions(tls, options) },
      topologyRefreshOnReconnectionAttemptStrategy: 1000,
      commandOptions,
    });
  const client = keepConnecting(make, options, ready);
  return {
    isClustered: true,
    send: (key, command, texts) =>
      client.get().sendCommand(key, false, command, texts === 'buffers' ? asBuffers : asStrings),
    destroy: () => {
      client.destroy();
    },
  };
}

interface Client {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): unknown;
}

interface KeptClient<C> {
  get(): C;
  destroy(): void;
}

/** Sentinel and Cluster give up where they find no node at first; this makes another client then, until it is destroyed. */
function keepConnecting<C extends Client>(
  make: () => C,
  { connectTimeout, failed }: ConnectionOptions,
  ready: () => void,
): KeptClient<C> {
  let client: C | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isDestroyed = false;
  const attempt = (): void => {
    const made = make();
    made.on('error', failed);
    client = made;
    made.connect().then(
      () => {
        if (isDestroyed) void made.destroy();
        else ready();
      },
      (error: unknown) => {
        failed(error);
        if (!isDestroyed) timer = setTimeout(attempt, connectTimeout).unref();
      },
    );
  };
  attempt();
  return {
    get: () => {
      if (client === undefined) throw new Error('expected a client but got none');
      return client;
    },
    destroy: () => {
      isDestroyed = true;
      clearTimeout(timer);
      // Where it is not connected it may have nothing to destroy, and says so.
      void Promise.resolve()
        .then(() => client?.destroy())
        .catch(() => undefined);
    },
  };
}

function nodeOptions(
  { username, password }: { readonly username?: string; readonly password?: string },
  { name }: ConnectionOptions,
) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    name,
    disableOfflineQueue: true,
    commandsQueueMaxLength: longestQueue,
    disableClientInfo: true,
    maintNotifications: 'disabled' as const,
  };
}

function socketOptions(tls: boolean, { connectTimeout }: ConnectionOptions) {
  return {
    ...(tls ? { tls: true as const } : {}),
    connectTimeout,
    reconnectStrategy: (retries: number) => Math.min(1000, 20 * 2 ** Math.min(retries, 10)),
  };
}
