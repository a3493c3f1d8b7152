// What @apollo/server costs by itself: everything but planning and execution.
import { Supergraph } from '@apollo/federation-internals';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { GraphQLSchema } from 'graphql';

export async function serve(supergraphSdl: string, answer: () => string): Promise<string> {
  const { schema, coreSupergraphSdl } = {
    schema: Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema(),
    coreSupergraphSdl: supergraphSdl,
  };
  let text = '';
  let result: { data: Record<string, unknown> } = { data: {} };
  const executor = () => {
    if (text !== answer()) {
      text = answer();
      result = JSON.parse(text) as typeof result;
    }
    return Promise.resolve({ ...result });
  };
  const server = new ApolloServer({ gateway: constantGateway(schema, coreSupergraphSdl, executor) });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return url;
}

type Gateway = NonNullable<ConstructorParameters<typeof ApolloServer>[0]['gateway']>;

function constantGateway(
  apiSchema: GraphQLSchema,
  coreSupergraphSdl: string,
  executor: Awaited<ReturnType<Gateway['load']>>['executor'],
): Gateway {
  return {
    load: () => Promise.resolve({ executor }),
    onSchemaLoadOrUpdate(listener) {
      listener({ apiSchema, coreSupergraphSdl });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}
