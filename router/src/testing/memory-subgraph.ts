/** A subgraph that answers from memory over real HTTP, and remembers what it was asked. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { withFederationLink } from './compose.js';

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>;

export interface MemorySubgraphOptions {
  readonly typeDefs: string;
  readonly resolvers: NonNullable<SubgraphModule['resolvers']>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes a subgraph lie: gets its answer, gives what is sent instead. */
  readonly rewrite?: (answer: ExecutionResult) => unknown;
}

export interface MemorySubgraph {
  readonly url: string;
  readonly schema: GraphQLSchema;
  /** One for each HTTP request; an array where it carried several operations. */
  readonly bodies: unknown[];
  /** How many requests were given up before they were answered. */
  abandoned(): number;
  /** How many connections it has accepted. */
  connections(): number;
  stop(): Promise<void>;
}

export async function startMemorySubgraph(options: MemorySubgraphOptions): Promise<MemorySubgraph> {
  const module = { typeDefs: parse(withFederationLink(options.typeDefs)), resolvers: options.resolvers };
  const schema = buildSubgraphSchema([module]);
  const rewrite = options.rewrite ?? ((answer: ExecutionResult): unknown => answer);
  const bodies: unknown[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let abandoned = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) abandoned += 1;
    });
    void readJson(request).then(async (body) => {
      bodies.push(body);
      const result = Array.isArray(body)
        ? await Promise.all(body.map(async (item: unknown) => rewrite(await execute(schema, item))))
        : rewrite(await execute(schema, body));
      response.writeHead(200, { 'content-type': 'application/json', ...options.headers });
      response.end(JSON.stringify(result));
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    schema,
    bodies,
    abandoned: () => abandoned,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

function execute(schema: GraphQLSchema, body: unknown) {
  const { query, variables, operationName } = body as Operation;
  return graphql({
    schema,
    source: query,
    variableValues: variables ?? null,
    operationName: operationName ?? null,
  });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
