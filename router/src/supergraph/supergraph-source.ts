/**
 * Where supergraphs come from, in @apollo/gateway's own protocol: a `SupergraphManager` is initialized once, gives the first
 * supergraph, and may give others later by `update`. This is the gateway's side of it; ours (`follow-file.ts`), those of
 * @apollo/gateway and anybody's own look the same from here.
 *
 * Kept true: one supergraph is taken at a time, and where several have come meanwhile, only the last; one that is refused
 * leaves the one in use; none is taken once the source is closed.
 */
import type { SupergraphManager, SupergraphSdlHook } from '@apollo/gateway';
import { parse, visit, type DocumentNode } from 'graphql';
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import { SupergraphError } from './features.js';
import { ManagerDataSources } from './manager-data-sources.js';

export interface SupergraphSource {
  /** The first one. */
  readonly sdl: string;
  /** From now on, and for what has come since the first. @param take keeps the old one where it throws */
  follow(take: (sdl: string) => Promise<void>): void;
  /** Takes no more, and lets the manager clean up. Never throws. */
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly config: RouterConfig;
  readonly log: Logger;
  /** Milliseconds that the manager's `cleanup` may take. */
  readonly cleanupPatience?: number;
}

/** @throws whatever the manager does where it has no supergraph to begin with; SupergraphError where that is none */
export async function openSource(
  manager: SupergraphManager | SupergraphSdlHook,
  options: SourceOptions,
): Promise<SupergraphSource> {
  const source = new ManagedSource(options);
  await source.initialize(manager);
  return source;
}

interface Offer {
  sdl: string;
  readonly taken: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type Phase = 'initialized' | 'loaded' | 'failed to load' | 'stopping' | 'stopped';

class ManagedSource implements SupergraphSource {
  sdl = '';
  private phase: Phase = 'initialized';
  private take: ((sdl: string) => Promise<void>) | null = null;
  private next: Offer | null = null;
  private isTaking = false;
  private cleanup: (() => Promise<void>) | null = null;
  private closed: Promise<void> | null = null;
  private readonly dataSources: ManagerDataSources;

  constructor(private readonly options: SourceOptions) {
    this.dataSources = new ManagerDataSources(options.config);
  }

  async initialize(manager: SupergraphManager | SupergraphSdlHook): Promise<void> {
    const initialize: SupergraphSdlHook =
      typeof manager === 'function' ? manager : (hooks) => manager.initialize(hooks);
    const update: (sdl: string) => unknown = (sdl) => this.update(sdl);
    try {
      const result = await initialize({
        update,
        healthCheck: (sdl) => this.dataSources.healthCheck(sdl),
        getDataSource: (subgraph) => this.dataSources.dataSource(subgraph),
      });
      this.cleanup = this.cleanupOf(result);
      checkText(result.supergraphSdl);
      this.sdl = result.supergraphSdl;
    } catch (error) {
      this.phase = 'failed to load';
      await this.end();
      throw error;
    }
    this.phase = 'loaded';
  }

  follow(take: (sdl: string) => Promise<void>): void {
    this.take = take;
    void this.takeAll();
  }

  close(): Promise<void> {
    this.closed ??= this.stop();
    return this.closed;
  }

  private async stop(): Promise<void> {
    this.phase = 'stopping';
    this.next?.reject(stopped());
    this.next = null;
    await this.end();
    this.phase = 'stopped';
  }

  /**
   * As with @apollo/gateway, throws for what it sees at once: the wrong moment, or a text that is no supergraph. Reading all
   * of it takes a thread and time, so what comes of that is told by the promise, which nobody has to await.
   */
  private update(sdl: string): Promise<void> {
    this.refuseAtWrongMoment();
    try {
      checkText(sdl);
    } catch (error) {
      this.logRefusal(error);
      throw error;
    }
    // What `initialize` returns comes after this.
    if (this.phase === 'initialized') return Promise.resolve();
    this.next ??= offer();
    this.next.sdl = sdl;
    const { taken } = this.next;
    void this.takeAll();
    return taken;
  }

  private refuseAtWrongMoment(): void {
    switch (this.phase) {
      case 'failed to load':
        throw new Error("Can't call `update` callback after gateway failed to load.");
      case 'stopping':
        throw new Error("Can't call `update` callback while gateway is stopping.");
      case 'stopped':
        throw stopped();
      case 'initialized':
      case 'loaded':
        return;
    }
  }

  private async takeAll(): Promise<void> {
    const { take } = this;
    if (take === null || this.isTaking) return;
    this.isTaking = true;
    for (let current = this.takeNext(); current !== null; current = this.takeNext()) {
      try {
        await take(current.sdl);
        current.resolve();
      } catch (error) {
        this.logRefusal(error);
        current.reject(error);
      }
    }
    this.isTaking = false;
  }

  private takeNext(): Offer | null {
    const { next } = this;
    this.next = null;
    return next;
  }

  private logRefusal(error: unknown): void {
    this.options.log.error(
      { reason: messageOf(error) },
      'the changed supergraph is refused, the old one stays',
    );
  }

  private cleanupOf({ cleanup }: { readonly cleanup?: unknown }): (() => Promise<void>) | null {
    if (cleanup === undefined) return null;
    if (typeof cleanup === 'function') return cleanup as () => Promise<void>;
    this.options.log.error(
      `expected \`cleanup\` of the supergraph manager to be a function but got ${typeof cleanup}`,
    );
    return null;
  }

  private async end(): Promise<void> {
    // What the manager waits for would keep it from cleaning up.
    await this.dataSources.close();
    const { cleanup, options } = this;
    this.cleanup = null;
    if (cleanup === null) return;
    const patience = options.cleanupPatience ?? 5_000;
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`expected it to end within ${patience} ms but it did not`));
      }, patience);
    });
    try {
      await Promise.race([cleanup(), impatience]);
    } catch (error) {
      options.log.error({ reason: messageOf(error) }, 'the supergraph manager could not clean up');
    } finally {
      clearTimeout(timer);
    }
  }
}

function offer(): Offer {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const taken = new Promise<void>((resolveTaken, rejectTaken) => {
    resolve = resolveTaken;
    reject = rejectTaken;
  });
  // @apollo/gateway's managers do not await it.
  taken.catch(() => undefined);
  return { sdl: '', taken, resolve, reject };
}

/** @throws SupergraphError for what is no supergraph at first sight */
function checkText(sdl: unknown): void {
  if (typeof sdl !== 'string')
    throw new SupergraphError(
      `expected the text of a supergraph but got ${sdl === null ? 'null' : typeof sdl}`,
    );
  let document: DocumentNode;
  try {
    document = parse(sdl, { noLocation: true });
  } catch (error) {
    const message = `expected a composed supergraph but got one that cannot be read: ${messageOf(error)}`;
    throw new SupergraphError(message, { cause: error });
  }
  if (linksJoin(document)) return;
  throw new SupergraphError(
    'expected a composed supergraph but got a schema that does not link https://specs.apollo.dev/join/; compose it first',
  );
}

function linksJoin(document: DocumentNode): boolean {
  const urls: string[] = [];
  visit(document, {
    StringValue({ value }) {
      urls.push(value);
    },
  });
  return urls.some((url) => url.startsWith('https://specs.apollo.dev/join/'));
}

function stopped(): Error {
  return new Error("Can't call `update` callback after gateway has been stopped.");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
