// The four subgraphs, in one process: they answer from memory, keep the bytes of what they have answered before, take HTTP arrays,
// and count. `GET /stats` of any of them tells what all have been asked since the last time.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  catalogue,
  members,
  products,
  productsByUpc,
  reviewsByAuthor,
  reviewsById,
  reviewsByProduct,
  subgraphNames,
  users,
  usersById,
  type Product,
  type Review,
  type SubgraphName,
  type User,
} from './shop.js';
import { compileOperation, type Operation, type Resolvers } from './subgraph-executor.js';

export interface SubgraphStats {
  readonly requests: number;
  readonly operations: number;
  readonly representations: number;
  /** How many values of `authorization` came. */
  readonly authorizations: number;
}

export type Stats = Readonly<Record<SubgraphName, SubgraphStats>>;

export type SubgraphUrls = Readonly<Record<SubgraphName, string>>;

/** How subgraphs answer. */
export interface Manner {
  /** Of every answer. */
  readonly headers: OutgoingHttpHeaders;
  /** What of a request's headers shapes answers. */
  variantOf(headers: IncomingHttpHeaders): string;
  /** Answers the operations of a subgraph. */
  executing(name: SubgraphName): (operation: SubgraphOperation, variant: string) => object;
}

/** Each on a free port of 127.0.0.1. */
export async function serveSubgraphs(manner: Manner = plainly): Promise<SubgraphUrls> {
  const counters = new Map(subgraphNames.map((name) => [name, new Counter()]));
  const takeStats = (): object =>
    Object.fromEntries([...counters].map(([name, counter]) => [name, counter.take()]));
  const listening = [...counters].map(async ([name, counter]) => [
    name,
    await serve(name, counter, takeStats, manner),
  ]);
  return Object.fromEntries(await Promise.all(listening)) as SubgraphUrls;
}

interface Answer {
  readonly bytes: Buffer;
  readonly operations: number;
  readonly representations: number;
}

export interface SubgraphOperation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

class Counter {
  #requests = 0;
  #operations = 0;
  #representations = 0;
  readonly #authorizations = new Set<string>();

  add({ operations, representations }: Answer, authorization: string | undefined): void {
    this.#requests += 1;
    this.#operations += operations;
    this.#representations += representations;
    if (authorization !== undefined) this.#authorizations.add(authorization);
  }

  take(): SubgraphStats {
    const taken = {
      requests: this.#requests,
      operations: this.#operations,
      representations: this.#representations,
      authorizations: this.#authorizations.size,
    };
    this.#requests = this.#operations = this.#representations = 0;
    this.#authorizations.clear();
    return taken;
  }
}

/** Answers that are kept: enough for every workload's own, and bounded where shared fetches are never the same twice. */
const keptAnswers = 500;

async function serve(
  name: SubgraphName,
  counter: Counter,
  takeStats: () => object,
  manner: Manner,
): Promise<string> {
  const answers = new Map<string, Answer>();
  const execute = manner.executing(name);
  const headers = { 'content-type': 'application/json', ...manner.headers };
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    if (request.url === '/stats') {
      send(response, Buffer.from(JSON.stringify(takeStats())), headers);
      return;
    }
    // Of the contestants that send traces.
    if (request.url === '/v1/traces') {
      request.resume().on('end', () => {
        send(response, Buffer.from('{}'), headers);
      });
      return;
    }
    readText(request, (text) => {
      const variant = manner.variantOf(request.headers);
      const key = variant + text;
      let answer = answers.get(key);
      if (answer === undefined) {
        answer = answerTo(text, (operation) => execute(operation, variant));
        if (answers.size >= keptAnswers) answers.clear();
        answers.set(key, answer);
      }
      counter.add(answer, request.headers.authorization);
      send(response, answer.bytes, headers);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

function answerTo(body: string, execute: (operation: SubgraphOperation) => object): Answer {
  const asked = JSON.parse(body) as SubgraphOperation | SubgraphOperation[];
  const operations = Array.isArray(asked) ? asked : [asked];
  const results = operations.map(execute);
  return {
    bytes: Buffer.from(JSON.stringify(Array.isArray(asked) ? results : results[0])),
    operations: operations.length,
    representations: operations.reduce(
      (total, operation) => total + (representationsOf(operation)?.length ?? 0),
      0,
    ),
  };
}

/** Undefined: it asks for no entities. */
export function representationsOf({ variables = {} }: SubgraphOperation): readonly unknown[] | undefined {
  const representations = variables['representations'];
  return Array.isArray(representations) ? representations : undefined;
}

const plainly: Manner = {
  headers: {},
  variantOf: () => '',
  executing: (name) => {
    const execute = executing(resolvers[name]);
    return (operation) => execute(operation);
  },
};

/** Executes operations; their texts are compiled once. */
export function executing(resolve: Resolvers): (operation: SubgraphOperation) => object {
  const compiled = new Map<string, Operation>();
  const withEntities: Resolvers = {
    ...resolve,
    Query: {
      ...resolve['Query'],
      _entities: (_: unknown, args) =>
        (args['representations'] as Reference[]).map((reference) =>
          (resolve['_Entity']?.[reference.__typename] ?? asIs)(reference as never, {}),
        ),
    },
  };
  return ({ query, variables = {} }) => {
    try {
      let operation = compiled.get(query);
      if (operation === undefined) compiled.set(query, (operation = compileOperation(query, withEntities)));
      return { data: operation(variables) };
    } catch (error) {
      return { errors: [{ message: String(error) }] };
    }
  };
}

interface Reference {
  readonly __typename: string;
  readonly id: string;
  readonly upc: string;
  readonly price?: number;
  readonly weight?: number;
}

const asIs = (reference: Reference): unknown => reference;

/** Beside each subgraph's fields, `_Entity` has its `__resolveReference`s. */
export const resolvers: Readonly<Record<SubgraphName, Resolvers>> = {
  accounts: {
    Query: { me: () => users[0], users: () => members },
    _Entity: { User: ({ id }: Reference) => usersById.get(id) },
  },
  products: {
    Query: {
      topProducts: (_: unknown, { first }) => products.slice(0, typeof first === 'number' ? first : 5),
      catalogue: (_: unknown, { offset, first }) =>
        catalogue.slice(Number(offset), Number(offset) + (typeof first === 'number' ? first : 100)),
    },
    _Entity: { Product: ({ upc }: Reference) => productsByUpc.get(upc) },
  },
  reviews: {
    Review: {
      author: ({ authorId }: Review) => usersById.get(authorId),
      product: ({ upc }: Review) => productsByUpc.get(upc),
    },
    User: {
      reviews: ({ id }: User) => reviewsByAuthor.get(id) ?? [],
      numberOfReviews: ({ id }: User) => reviewsByAuthor.get(id)?.length ?? 0,
    },
    Product: { reviews: ({ upc }: Product) => reviewsByProduct.get(upc) ?? [] },
    _Entity: {
      User: ({ id }: Reference) => usersById.get(id),
      Product: ({ upc }: Reference) => productsByUpc.get(upc),
      Review: ({ id }: Reference) => reviewsById.get(id),
    },
  },
  inventory: {
    Product: {
      inStock: ({ upc }: Product) => productsByUpc.get(upc)?.inStock,
      shippingEstimate: ({ price, weight }: Reference) => shippingEstimate(price, weight),
    },
  },
};

/** Only from what the router sent along, as `@requires` has it. */
function shippingEstimate(price: number | undefined, weight: number | undefined): number | null {
  if (price === undefined || weight === undefined) return null;
  return price > 1_000 ? 0 : Math.round(weight / 2);
}

function readText(request: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    done(Buffer.concat(chunks).toString());
  });
}

function send(response: ServerResponse, bytes: Buffer, headers: OutgoingHttpHeaders): void {
  response.writeHead(200, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
}
