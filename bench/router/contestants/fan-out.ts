// The yardstick: the fetches that a good plan has, written by hand for these very queries. Each distinct entity is asked for once;
// answers are parsed, put together as objects and stringified. Nothing in it is general, and nothing is a trick.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { post } from '../../measuring/post.js';
import type { SubgraphName } from '../shop.js';
import type { SubgraphUrls } from '../subgraphs.js';
import { deepQuery, listQuery, listSelection, listSelections, type ListSelection } from '../workloads.js';

type Send = <Data>(subgraph: SubgraphName, query: string, variables?: object) => Promise<Data>;
type Answer = (send: Send, variables: { readonly offset: number }) => Promise<object>;

export async function serve(urls: SubgraphUrls, forwardsHeaders: boolean): Promise<string> {
  const pools = new Map(
    Object.entries(urls).map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: 256 })]),
  );
  const answers = new Map<string, Answer>([
    [deepQuery, deep],
    ...[listSelection, ...listSelections].map(
      (selection) => [listQuery(selection), list(selection)] as const,
    ),
  ]);
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    const headers = {
      'content-type': 'application/json',
      ...(forwardsHeaders && authorization !== undefined ? { authorization } : {}),
    };
    const send: Send = async <Data>(subgraph: SubgraphName, query: string, variables: object = {}) => {
      const pool = pools.get(subgraph);
      if (pool === undefined) throw new Error(`expected a URL of ${subgraph}`);
      const bytes = await post(pool, '/graphql', headers, JSON.stringify({ query, variables }));
      return (JSON.parse(bytes.toString()) as { data: Data }).data;
    };
    const answer = async (): Promise<string> => {
      const { query, variables } = JSON.parse(await readText(request)) as Request;
      const known = answers.get(query);
      if (known === undefined) throw new Error('expected one of the queries that it knows');
      return JSON.stringify({ data: await known(send, variables) });
    };
    answer().then(
      (json) => {
        const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
        response.writeHead(200, head).end(json);
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

interface Request {
  readonly query: string;
  readonly variables: { readonly offset: number };
}

interface Entities<Entity> {
  readonly _entities: readonly Entity[];
}

interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
}

interface Product {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}

interface Stock {
  readonly inStock: boolean;
  readonly shippingEstimate: number;
}

/** Reviews as the reviews subgraph answers them, to any depth. */
interface Review {
  readonly id: string;
  readonly body: string;
  readonly author?: { readonly id: string; readonly username: string; readonly reviews: readonly Review[] };
  readonly product?: { readonly upc: string; readonly reviews?: readonly Review[] };
}

const authorText = 'author{id username reviews{id body product{upc}}}';
const userReviewsText = entities(`...on User{reviews{id body product{upc reviews{id body ${authorText}}}}}`);
const productReviewsText = entities(`...on Product{reviews{id body ${authorText}}}`);
const productsText = entities('...on Product{name price weight}');
const usersText = entities('...on User{name}');
const stockText = entities('...on Product{inStock shippingEstimate}');

/** Two fetches at once, the reviews of what they gave, and what is missing of all products and users that came up. */
async function deep(send: Send): Promise<object> {
  const reviewed = (text: string, representations: readonly object[]) =>
    send<Entities<{ reviews: Review[] }>>('reviews', text, { representations });
  const [[users, ofUsers], [topProducts, ofProducts]] = await Promise.all([
    send<{ users: User[] }>('accounts', '{users{id username name}}').then(
      async ({ users }) =>
        [
          users,
          await reviewed(
            userReviewsText,
            users.map(({ id }) => ({ __typename: 'User', id })),
          ),
        ] as const,
    ),
    send<{ topProducts: Product[] }>('products', '{topProducts{upc name price weight}}').then(
      async ({ topProducts }) =>
        [
          topProducts,
          await reviewed(
            productReviewsText,
            topProducts.map(({ upc }) => ({ __typename: 'Product', upc })),
          ),
        ] as const,
    ),
  ]);
  const upcs = new Set(topProducts.map(({ upc }) => upc));
  const ids = new Set<string>();
  for (const { reviews } of [...ofUsers._entities, ...ofProducts._entities]) collect(reviews, upcs, ids);
  const [products, names] = await Promise.all([
    wholeProducts(send, [...upcs]),
    authorsOf<{ name: string }>(send, usersText, [...ids]),
  ]);
  const leaves = (reviews: readonly Review[]): object[] =>
    reviews.map(({ id, body, product }) => ({ id, body, product: products.get(product?.upc ?? '') }));
  const written = (reviews: readonly Review[]): object[] =>
    reviews.map(({ id, body, author }) => ({
      id,
      body,
      author: author && {
        id: author.id,
        username: author.username,
        name: names.get(author.id)?.name,
        reviews: leaves(author.reviews),
      },
    }));
  const ofProduct = (upc: string, reviews: readonly Review[]): object => {
    const product = products.get(upc);
    if (product === undefined) throw new Error(`expected product ${upc}`);
    const { name, price, weight, inStock, shippingEstimate } = product;
    return { upc, name, price, weight, inStock, shippingEstimate, reviews: written(reviews) };
  };
  const ofUser = (reviews: readonly Review[]): object[] =>
    reviews.map(({ id, body, product }) => ({
      id,
      body,
      product: product && ofProduct(product.upc, product.reviews ?? []),
    }));
  return {
    users: users.map((user, index) => ({
      id: user.id,
      username: user.username,
      name: user.name,
      reviews: ofUser(ofUsers._entities[index]?.reviews ?? []),
    })),
    topProducts: topProducts.map(({ upc }, index) =>
      ofProduct(upc, ofProducts._entities[index]?.reviews ?? []),
    ),
  };
}

function collect(reviews: readonly Review[], upcs: Set<string>, ids: Set<string>): void {
  for (const { product, author } of reviews) {
    if (product !== undefined) {
      upcs.add(product.upc);
      if (product.reviews !== undefined) collect(product.reviews, upcs, ids);
    }
    if (author !== undefined) {
      ids.add(author.id);
      collect(author.reviews, upcs, ids);
    }
  }
}

/** Name, price and weight from one subgraph, and with these the rest from the other. */
async function wholeProducts(send: Send, upcs: readonly string[]): Promise<Map<string, Product & Stock>> {
  const products = await send<Entities<Product>>('products', productsText, {
    representations: upcs.map((upc) => ({ __typename: 'Product', upc })),
  });
  const representations = products._entities.map(({ price, weight }, index) => ({
    __typename: 'Product',
    upc: upcs[index],
    price,
    weight,
  }));
  const { _entities } = await send<Entities<Stock>>('inventory', stockText, { representations });
  return new Map(
    upcs.map((upc, index) => {
      const product = products._entities[index];
      const stock = _entities[index];
      if (product === undefined || stock === undefined) throw new Error(`expected product ${upc}`);
      return [upc, { ...product, ...stock, upc }];
    }),
  );
}

interface ListProduct {
  readonly upc: string;
  readonly price?: number;
  readonly weight?: number;
}

interface ListReview {
  readonly author: { readonly id: string };
}

/** The page, then stock and reviews at once, then the authors. */
function list({ product, inventory, review, author }: ListSelection): Answer {
  const requires = inventory.includes('shippingEstimate') ? (['price', 'weight'] as const) : [];
  const pageFields = [...new Set(['upc', ...product, ...requires])];
  const pageText = `query($offset:Int!){catalogue(offset:$offset){${pageFields.join(' ')}}}`;
  const stockFields = entities(`...on Product{${inventory.join(' ')}}`);
  const reviewFields = entities(`...on Product{reviews{${review.join(' ')} author{id}}}`);
  const authorFields = entities(`...on User{${author.join(' ')}}`);
  const isExtra = (field: string): boolean => field !== 'upc' && !product.some((wanted) => wanted === field);
  const extra = pageFields.filter(isExtra);
  return async (send, { offset }) => {
    const { catalogue } = await send<{ catalogue: ListProduct[] }>('products', pageText, { offset });
    const required = catalogue.map(({ upc, price, weight }) => ({
      __typename: 'Product',
      upc,
      ...(requires.length === 0 ? {} : { price, weight }),
    }));
    const keys = catalogue.map(({ upc }) => ({ __typename: 'Product', upc }));
    const [stock, reviewed] = await Promise.all([
      send<Entities<object>>('inventory', stockFields, { representations: required }),
      send<Entities<{ reviews: ListReview[] }>>('reviews', reviewFields, { representations: keys }),
    ]);
    const ids = [
      ...new Set(reviewed._entities.flatMap(({ reviews }) => reviews.map((each) => each.author.id))),
    ];
    const authors = await authorsOf<object>(send, authorFields, ids);
    return {
      catalogue: catalogue.map((each, index) => ({
        ...(extra.length === 0 ? each : without(each, extra)),
        ...stock._entities[index],
        reviews: reviewed._entities[index]?.reviews.map((one) => ({
          ...one,
          author: { id: one.author.id, ...authors.get(one.author.id) },
        })),
      })),
    };
  };
}

function entities(selection: string): string {
  return `query($representations:[_Any!]!){_entities(representations:$representations){${selection}}}`;
}

async function authorsOf<Author>(
  send: Send,
  text: string,
  ids: readonly string[],
): Promise<Map<string, Author>> {
  const representations = ids.map((id) => ({ __typename: 'User', id }));
  const { _entities } = await send<Entities<Author>>('accounts', text, { representations });
  return new Map(_entities.map((author, index) => [ids[index] ?? '', author]));
}

function without(product: ListProduct, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(product).filter(([field]) => !fields.includes(field)));
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      resolve(Buffer.concat(chunks).toString());
    });
  });
}
