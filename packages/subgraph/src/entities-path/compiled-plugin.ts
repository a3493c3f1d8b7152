// Compiled `_entities` operations inside @apollo/server, for a subgraph that has plugins: each sees every operation come, parsed
// and validated, and its answer go. Where one also wants to watch the execution (`executionDidStart`), graphql-js executes, so
// that there is one to watch. Measured for 50 parents with 20 children each, in CPU seconds per 1,000: 0.95 compiled, 2.85 not.
import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { kitContext, type SubgraphContext } from '../context.js';
import type { CompiledEntities } from './compiled-entities.js';

type Plugin = ApolloServerPlugin<SubgraphContext>;

/** The plugins, and one more that answers what is compiled. */
export function withCompiled(plugins: readonly Plugin[], compiled: CompiledEntities): Plugin[] {
  const watched = new WeakSet();
  return [...plugins.map((plugin) => noting(plugin, watched)), answering(compiled, watched)];
}

function answering(compiled: CompiledEntities, watched: WeakSet<object>): Plugin {
  return {
    requestDidStart: (requestContext) =>
      Promise.resolve({
        async responseForOperation({ source, request, contextValue }) {
          const { variables, operationName } = request;
          if (watched.has(requestContext) || variables === undefined) return null;
          const { loaders, recorder } = kitContext(contextValue);
          const answer = await compiled.answer(
            { query: source, variables, operationName },
            loaders,
            recorder,
          );
          return (
            answer && {
              http: { headers: new HeaderMap() },
              body: { kind: 'single', singleResult: { data: answer.data } },
            }
          );
        },
      }),
  };
}

/** The plugin, with a note of the requests whose execution it watches. */
function noting(plugin: Plugin, watched: WeakSet<object>): Plugin {
  return new Proxy(plugin, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'requestDidStart' || typeof value !== 'function')
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      const requestDidStart: Plugin['requestDidStart'] = async (requestContext) => {
        const listener = await target.requestDidStart?.(requestContext);
        if (listener?.executionDidStart !== undefined) watched.add(requestContext);
        return listener;
      };
      return requestDidStart;
    },
  });
}
