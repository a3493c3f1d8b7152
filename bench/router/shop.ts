// The supergraph that every contestant serves, and its data: the shop of the public federation benchmarks (accounts, products,
// reviews, inventory), with data of our own. A handful of members and products refer to each other in every direction, which is
// what the deep query walks; behind them is a catalogue of 5,000 products, of which lists take pages.
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

export const subgraphNames = ['accounts', 'products', 'reviews', 'inventory'] as const;

export type SubgraphName = (typeof subgraphNames)[number];

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@provides", "@requires", "@shareable"])`;

const typeDefs: Readonly<Record<SubgraphName, string>> = {
  accounts: `
    type Query { me: User users: [User] }
    type User @key(fields: "id") { id: ID! name: String username: String @shareable birthday: Int }`,
  products: `
    type Query { topProducts(first: Int = 5): [Product] catalogue(offset: Int!, first: Int = 100): [Product] }
    type Product @key(fields: "upc") {
      upc: String! name: String price: Int weight: Int brand: String colour: String category: String
    }`,
  reviews: `
    type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") product: Product }
    type User @key(fields: "id") { id: ID! username: String @external numberOfReviews: Int reviews: [Review] }
    type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
  inventory: `
    type Product @key(fields: "upc") {
      upc: String! weight: Int @external price: Int @external
      inStock: Boolean shippingEstimate: Int @requires(fields: "price weight")
    }`,
};

/** The composed supergraph, with the subgraphs at these URLs. */
export function supergraphOf(urls: Readonly<Record<SubgraphName, string>>): string {
  const { errors, supergraphSdl } = composeServices(
    subgraphNames.map((name) => ({ name, url: urls[name], typeDefs: parse(link + typeDefs[name]) })),
  );
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

export interface User {
  readonly __typename: 'User';
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly birthday: number;
}

export interface Product {
  readonly __typename: 'Product';
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
  readonly brand: string;
  readonly colour: string;
  readonly category: string;
  readonly inStock: boolean;
}

export interface Review {
  readonly __typename: 'Review';
  readonly id: string;
  readonly body: string;
  readonly authorId: string;
  readonly upc: string;
}

/** What `users` gives: those of whom the deep query tells everything. */
const memberCount = 2;
/** What `topProducts` gives. */
const topProductCount = 5;
const userCount = 400;
const productCount = 5_000 + topProductCount;
const reviewsPerProduct = 2;

/** Who reviewed which top product: as many reviews as the public data has, and about as many bytes of the deep query's answer. */
const memberReviews: readonly (readonly [member: number, product: number])[] = [
  [1, 1],
  [1, 2],
  [1, 3],
  [1, 4],
  [1, 5],
  [2, 1],
  [2, 2],
  [2, 3],
  [2, 4],
  [2, 5],
  [1, 1],
];

const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Tony', 'Frances', 'Niklaus', 'Radia'];
const brands = ['Fjord', 'Hazel', 'Loom', 'Marl', 'Quern'];
const colours = ['oak', 'slate', 'rust', 'moss', 'chalk', 'ink', 'straw'];
const categories = ['chairs', 'tables', 'lamps', 'shelves'];
/** Names as long as they are in shops. */
const selling =
  'washable, with felt pads, for kitchen, living room and garden, comes assembled, ten years of warranty, free return within 100 days';
const sentence =
  'It came on time, stands firmly, and looks better than in the picture; I would buy it again. ';

export const users: readonly User[] = Array.from({ length: userCount }, (_, index) => ({
  __typename: 'User',
  id: String(index + 1),
  name: `${pick(names, index)} the ${index + 1}.`,
  username: `${pick(names, index).toLowerCase()}${index + 1}`,
  birthday: 1_950 + (index % 50),
}));

export const products: readonly Product[] = Array.from({ length: productCount }, (_, index) => ({
  __typename: 'Product',
  upc: String(index + 1),
  name: `${pick(brands, index)} ${pick(categories, index).slice(0, -1)} of solid ${pick(colours, index)}, series ${index + 1}, ${selling}`,
  price: 40 + ((index * 97) % 1_900),
  weight: 1 + ((index * 31) % 400),
  brand: pick(brands, index),
  colour: pick(colours, index),
  category: pick(categories, index),
  inStock: index % 3 !== 1,
}));

const reviews: readonly Review[] = [
  ...memberReviews.map(([member, product], index) => review(index + 1, member, product)),
  ...products.slice(topProductCount).flatMap((_, index) =>
    Array.from({ length: reviewsPerProduct }, (_each, nth) => {
      const id = 100 + index * reviewsPerProduct + nth;
      const author = 1 + memberCount + ((id * 7) % (userCount - memberCount));
      return review(id, author, topProductCount + 1 + index);
    }),
  ),
];

export const members = users.slice(0, memberCount);
export const catalogue = products.slice(topProductCount);
export const usersById: ReadonlyMap<string, User> = new Map(users.map((user) => [user.id, user]));
export const productsByUpc: ReadonlyMap<string, Product> = new Map(
  products.map((product) => [product.upc, product]),
);
export const reviewsById: ReadonlyMap<string, Review> = new Map(reviews.map((each) => [each.id, each]));
export const reviewsByAuthor = grouped(reviews, ({ authorId }) => authorId);
export const reviewsByProduct = grouped(reviews, ({ upc }) => upc);

function review(id: number, author: number, product: number): Review {
  const body = `${sentence} (${id})`;
  return { __typename: 'Review', id: String(id), body, authorId: String(author), upc: String(product) };
}

function pick(from: readonly string[], index: number): string {
  return from[index % from.length] ?? '';
}

function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
