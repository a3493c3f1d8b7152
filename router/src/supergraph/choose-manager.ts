/** Which supergraph manager the arguments and router.yaml ask for: exactly one. What is not asked for is not loaded. */
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SupergraphManager, SupergraphSdlHook } from '@apollo/gateway';
import type { Logger } from 'pino';
import { StartError, usage, type Arguments } from '../arguments.js';
import type { RouterConfig } from '../config/schema.js';
import { fileManager } from './follow-file.js';
import type * as Introspection from './introspect-and-compose.js';

/** @throws StartError where none is asked for, or several, or a module that has none */
export async function chooseManager(
  args: Pick<Arguments, 'supergraph' | 'config'>,
  config: RouterConfig,
  log: Logger,
): Promise<SupergraphManager | SupergraphSdlHook> {
  const { introspect, manager } = config.supergraph;
  const asked = [
    ...(args.supergraph === undefined ? [] : ['--supergraph']),
    ...(introspect === undefined ? [] : ['`supergraph.introspect`']),
    ...(manager === undefined ? [] : ['`supergraph.manager`']),
  ];
  if (asked.length > 1)
    throw new StartError(`expected one source of the supergraph but got ${asked.join(' and ')}`);
  if (args.supergraph !== undefined) return followedFile(resolve(args.supergraph), log);
  if (introspect !== undefined) {
    const file = new URL(`./introspect-and-compose${extname(import.meta.url)}`, import.meta.url);
    const { introspectAndCompose } = (await import(file.href)) as typeof Introspection;
    return introspectAndCompose(introspect, log);
  }
  if (manager !== undefined) return managerOf(resolve(dirname(args.config ?? ''), manager));
  throw new StartError(
    'expected --supergraph FILE but it is missing, and router.yaml has neither `supergraph.introspect` nor `supergraph.manager`' +
      `\n\n${usage}`,
  );
}

function followedFile(path: string, log: Logger): SupergraphManager {
  return fileManager({
    path,
    onUnreadable(error) {
      log.error({ err: error }, 'the supergraph file cannot be read, the one in use stays');
    },
  });
}

/** @param path of a module whose default export is what ApolloGateway takes as `supergraphSdl`: a manager, or its hook alone */
async function managerOf(path: string): Promise<SupergraphManager | SupergraphSdlHook> {
  let exported: unknown;
  try {
    ({ default: exported } = (await import(pathToFileURL(path).href)) as { default?: unknown });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StartError(`expected a supergraph manager at ${path} but got: ${message}`, { cause: error });
  }
  if (typeof exported === 'function') return exported as SupergraphSdlHook;
  if (typeof exported === 'object' && exported !== null && 'initialize' in exported)
    return exported as SupergraphManager;
  throw new StartError(
    `expected the default export of ${path} to be a supergraph manager (an object with \`initialize\`) or a function ` +
      `but got ${exported === null ? 'null' : typeof exported}`,
  );
}
