// The same four subgraphs, whose answers may be kept: they say so to our router as the kit does, in an extension with tags and a
// snapshot, and to stock @apollo/gateway by `Cache-Control`. Tags are as fine as the kit's: of every row that was read, and of every list.
import {
  cacheExtensionName,
  cacheRequestHeader,
  cacheRequestVersion,
  type CacheExtension,
} from '@selvedge/cache';
import type { Product, Review, SubgraphName, User } from '../router/shop.js';
import type { Resolve, Resolvers } from '../router/subgraph-executor.js';
import {
  executing,
  representationsOf,
  resolvers,
  type Manner,
  type SubgraphOperation,
} from '../router/subgraphs.js';

/** Seconds; longer than any run. */
const maxAge = 86_400;
const cluster = '7000000000000000000/1';
const snapshot = '1000:1000:';

export const cacheable: Manner = {
  headers: { 'cache-control': `public, max-age=${maxAge}`, vary: '' },
  variantOf: (headers) => (headers[cacheRequestHeader] === cacheRequestVersion ? 'extension ' : ''),
  executing: (name) => {
    let tags = new Set<string>();
    const execute = executing(
      tagging(resolvers[name], tagsOf[name], (each) => {
        for (const tag of each) tags.add(tag);
      }),
    );
    const executeAlone = (operation: SubgraphOperation): Executed => {
      tags = new Set();
      return { result: execute(operation), tags: [...tags] };
    };
    return (operation, variant) =>
      variant === '' ? executeAlone(operation).result : withExtension(operation, executeAlone);
  },
};

interface Result {
  readonly data?: { readonly _entities?: readonly unknown[] };
}

interface Executed {
  readonly result: Result;
  readonly tags: readonly string[];
}

/** Entities are executed one by one, which costs nothing that is measured: answers are kept. */
function withExtension(
  operation: SubgraphOperation,
  execute: (operation: SubgraphOperation) => Executed,
): object {
  const representations = representationsOf(operation);
  if (representations === undefined) {
    const { result, tags } = execute(operation);
    return { ...result, ...extension(tags) };
  }
  const each = representations.map((representation) =>
    execute({ ...operation, variables: { ...operation.variables, representations: [representation] } }),
  );
  const failed = each.find(({ result }) => result.data === undefined);
  if (failed !== undefined) return failed.result;
  const entities = each.flatMap(({ result }) => result.data?._entities ?? []);
  const entityTags = each.map(({ tags }) => tags);
  return { data: { _entities: entities }, ...extension([], entityTags) };
}

function extension(tags: readonly string[], entityTags?: readonly (readonly string[])[]): object {
  const content: CacheExtension = {
    cluster,
    answer: {
      maxAge,
      isPrivate: false,
      staleness: 0,
      snapshot,
      tags,
      ...(entityTags === undefined ? {} : { entityTags }),
      headers: [],
      claims: [],
      refusal: null,
    },
  };
  return { extensions: { [cacheExtensionName]: content } };
}

type TagsOf = (object: never, read: never) => readonly string[];

/** Of what a resolver read, by type and field. */
const tagsOf: Readonly<Record<SubgraphName, Readonly<Record<string, Readonly<Record<string, TagsOf>>>>>> = {
  accounts: {
    Query: { me: (_: unknown, user: User) => ofUser(user), users: listOf('users', 'id') },
    _Entity: { User: ofUser },
  },
  products: {
    Query: { topProducts: listOf('products', 'upc'), catalogue: listOf('products', 'upc') },
    _Entity: { Product: ofProduct },
  },
  reviews: {
    User: { reviews: ({ id }: User) => [`reviews:author_id=${id}`] },
    Product: { reviews: ({ upc }: Product) => [`reviews:upc=${upc}`] },
    _Entity: { Review: ({ id }: Review) => [`reviews:id=${id}`] },
  },
  inventory: { _Entity: { Product: ({ upc }: Product) => [`stock_levels:upc=${upc}`] } },
};

function ofUser({ id }: User): string[] {
  return [`users:id=${id}`];
}

function ofProduct({ upc }: Product): string[] {
  return [`products:upc=${upc}`];
}

function listOf(table: string, key: 'id' | 'upc'): TagsOf {
  return (_: unknown, rows: Readonly<Record<'id' | 'upc', string>>[]) => [
    `${table}[]`,
    ...rows.map((row) => `${table}:${key}=${row[key]}`),
  ];
}

function tagging(
  untagged: Resolvers,
  tags: Readonly<Record<string, Readonly<Record<string, TagsOf>>>>,
  note: (tags: readonly string[]) => void,
): Resolvers {
  const tagged: Record<string, Record<string, Resolve>> = {};
  for (const [type, fields] of Object.entries({ ...untagged, ...tags })) {
    tagged[type] = { ...untagged[type] };
    for (const field of Object.keys(fields)) {
      const tagsOfField = tags[type]?.[field];
      const resolve = untagged[type]?.[field] ?? ((object: unknown) => object);
      if (tagsOfField === undefined) continue;
      tagged[type][field] = (object, args) => {
        const read = resolve(object, args);
        note(tagsOfField(object, read as never));
        return read;
      };
    }
  }
  return tagged;
}
