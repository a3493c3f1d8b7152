// The router's configuration for a development start, in Apollo Router's keys: the subgraphs listen on free ports, so that the
// supergraph's own URLs do not hold.
import { stringify } from 'yaml';

/** The text of router.yaml. `subgraphUrls` are the subgraphs' GraphQL endpoints by name. */
export function routerConfig(subgraphUrls: ReadonlyMap<string, string>): string {
  return `# Written by \`npm start\`, anew each time.\n${stringify({
    override_subgraph_url: Object.fromEntries(subgraphUrls),
    // The development token names the user, and every subgraph reads it.
    headers: { all: { request: [{ propagate: { named: 'authorization' } }] } },
    // Mutations by way of the router are seen at once; whoever writes with psql says so, at the router's own address.
    response_cache: {
      enabled: true,
      invalidation: { listen: '127.0.0.1:4000', path: '/invalidation' },
      subgraph: { all: { invalidation: { shared_key: 'development' } } },
    },
    batching: { subgraph: { all: { enabled: true } } },
    demand_control: {
      enabled: true,
      mode: 'enforce',
      strategy: { static_estimated: { list_size: 10, max: 10_000 } },
    },
  })}`;
}
