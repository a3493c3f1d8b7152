/**
 * What a supergraph manager asks subgraphs with: their schemas, and whether they are there. They are reached as router.yaml
 * says that subgraphs are reached, with the headers that it gives to every request.
 */
import type { GetDataSourceFunction } from '@apollo/gateway';
import { Kind, parse, visit } from 'graphql';
import type { RouterConfig } from '../config/schema.js';
import { compileHeaderRules } from '../subgraphs/header-rules.js';
import { transportOptions } from '../subgraphs/transport-options.js';
import { ConnectionPools } from '../subgraphs/transport.js';

type DataSource = ReturnType<GetDataSourceFunction>;
type ProcessOptions = Parameters<DataSource['process']>[0];
type DataSourceResponse = Awaited<ReturnType<DataSource['process']>>;

interface SubgraphEndpoint {
  readonly name: string;
  readonly url?: string | undefined;
}

export class ManagerDataSources {
  private readonly pools = new ConnectionPools();
  private readonly ending = new AbortController();

  constructor(private readonly config: RouterConfig) {}

  /** @throws where the subgraph has no URL */
  dataSource({ name, url }: SubgraphEndpoint): DataSource {
    const endpoint = this.config.override_subgraph_url[name] ?? url;
    if (endpoint === undefined || !URL.canParse(endpoint)) {
      throw new Error(`expected an HTTP URL for subgraph ${name} but got ${JSON.stringify(endpoint ?? '')}`);
    }
    const transport = this.pools.transport(transportOptions(this.config, name, endpoint));
    const headers = compileHeaderRules(this.config.headers, name)({});
    return {
      process: async ({ request }) => {
        const reply = await transport.post({
          headers: {
            ...headers,
            ...headersOf(request),
            'content-type': 'application/json',
            accept: 'application/json',
          },
          body: bodyOf(request),
          signal: this.ending.signal,
        });
        if (reply.status >= 400) throw new Error(`${reply.status}: expected a schema but got an HTTP error`);
        return responseOf(reply.body);
      },
    };
  }

  /** Whether every subgraph of a supergraph answers. @throws naming the first that does not, in @apollo/gateway's words */
  async healthCheck(sdl: string): Promise<void> {
    try {
      await Promise.all(
        subgraphsOf(sdl).map(async (subgraph) => {
          try {
            const request = { query: 'query __ApolloServiceHealthCheck__ { __typename }' };
            await this.dataSource(subgraph).process({ kind: healthCheckKind, request, context: {} });
          } catch (error) {
            throw new Error(`[${subgraph.name}]: ${messageOf(error)}`, { cause: error });
          }
        }),
      );
    } catch (error) {
      throw new Error(
        'The gateway subgraphs health check failed. Updating to the provided `supergraphSdl` will likely result in future ' +
          `request failures to subgraphs. The following error occurred during the health check:\n${messageOf(error)}`,
        { cause: error },
      );
    }
  }

  /** Whoever still waits for a subgraph hears that it is over. */
  async close(): Promise<void> {
    this.ending.abort();
    await this.pools.close();
  }
}

/** An enum whose value would load all of @apollo/gateway. */
const healthCheckKind = 'health check' as ProcessOptions['kind'] & 'health check';

function headersOf({ http }: ProcessOptions['request']): Record<string, string> {
  return http === undefined ? {} : Object.fromEntries(http.headers);
}

function bodyOf({ query, variables, operationName }: ProcessOptions['request']): string {
  return JSON.stringify({ query, variables, operationName });
}

function responseOf(body: string): DataSourceResponse {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new Error('expected a GraphQL response of JSON but got something else');
}

/** Read without the planner's packages: `enum join__Graph { A @join__graph(name: "a", url: "…") }`. */
function subgraphsOf(sdl: string): SubgraphEndpoint[] {
  const subgraphs: SubgraphEndpoint[] = [];
  visit(parse(sdl, { noLocation: true }), {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'join__graph') return;
      const values = new Map(
        given.map(({ name: { value }, value: node }) => [
          value,
          node.kind === Kind.STRING ? node.value : undefined,
        ]),
      );
      subgraphs.push({ name: values.get('name') ?? '', url: values.get('url') });
    },
  });
  return subgraphs;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
