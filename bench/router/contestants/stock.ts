// What people run today, as Apollo's documentation shows it.
import {
  ApolloGateway,
  RemoteGraphQLDataSource,
  type GraphQLDataSourceProcessOptions,
} from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

interface Context {
  readonly authorization?: string | undefined;
}

class ForwardingDataSource extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Context>): void {
    // Without a client's request, when the gateway asks for schemas, the context is empty.
    const { authorization } = context as Context;
    if (authorization !== undefined) request.http?.headers.set('authorization', authorization);
  }
}

export async function serve(supergraphSdl: string, forwardsHeaders: boolean): Promise<string> {
  const gateway = new ApolloGateway({
    supergraphSdl,
    ...(forwardsHeaders ? { buildService: ({ url = '' }) => new ForwardingDataSource({ url }) } : {}),
  });
  const server = new ApolloServer<Context>({ gateway });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: ({ req }) =>
      Promise.resolve(forwardsHeaders ? { authorization: req.headers.authorization } : {}),
  });
  return url;
}
