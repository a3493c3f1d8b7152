// What people run today: stock @apollo/gateway, which takes lifetimes from its subgraphs' `Cache-Control`, with Apollo's plugin that keeps
// whole answers in Redis, as its documentation shows it.
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import responseCache from '@apollo/server-plugin-response-cache';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createClient } from 'redis';

type KeyValueCache = NonNullable<NonNullable<Parameters<typeof responseCache>[0]>['cache']>;

export async function serve(supergraphSdl: string, redisUrl: string): Promise<string> {
  const server = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl }),
    plugins: [responseCache({ cache: await openCache(redisUrl) })],
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return url;
}

/** Over the client that our router uses too. */
async function openCache(url: string): Promise<KeyValueCache> {
  const client = createClient({ url });
  client.on('error', (error: Error) => {
    console.error(error.message);
  });
  await client.connect();
  return {
    get: async (key) => (await client.get(key)) ?? undefined,
    set: async (key, value, options) => {
      const seconds = options?.ttl;
      await client.set(
        key,
        value,
        seconds == null ? {} : { expiration: { type: 'EX', value: Math.ceil(seconds) } },
      );
    },
    delete: async (key) => (await client.del(key)) > 0,
  };
}
