// What the two subgraphs of the checker add to its graph. All lifetimes are longer than any run: nothing may be new for having
// expired.
const head = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable"])
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
`;

/** Seconds. */
export const lifetime = 86_400;
const cached = `@cacheControl(maxAge: ${lifetime})`;
const mine = `@cacheControl(maxAge: ${lifetime}, scope: PRIVATE)`;

const items = `${head}
type Query {
  item(id: ID!): Item ${cached}
  itemsOf(group: Int!): [Item!]! ${cached}
  "The most often written first."
  latest(first: Int!): ItemConnection! ${cached}
  me: Note ${mine}
}

type Mutation {
  setItem(id: ID!, nonce: ID!): Written!
  "In a savepoint, after another was rolled back."
  setItemInSavepoint(id: ID!, nonce: ID!): Written!
  "Its transaction has its id, waits so many milliseconds, and writes then."
  setItemLate(id: ID!, nonce: ID!, wait: Int!): Written!
  "The same, waiting for an advisory lock."
  setItemAfter(id: ID!, nonce: ID!, gate: Int!): Written!
  moveItem(id: ID!, group: Int!, nonce: ID!): Written!
  "Writes, and takes it back."
  failToSetItem(id: ID!, nonce: ID!): Written!
  setNote(nonce: ID!): Written!
}

type Written { version: Int! item: Item }

type Item @key(fields: "id") ${cached} {
  id: ID!
  version: Int!
  value: String!
  group: Int!
  "For every second item it says who asks."
  mine: String! ${mine}
}

type Note ${mine} { owner: ID! version: Int! }

type ItemConnection ${cached} { nodes: [Item!]! }
`;

const stock = `${head}
type Query { pick(ids: [ID!]!): [Item!]! ${cached} }

type Mutation { setStock(id: ID!, nonce: ID!): StockWritten! }

type StockWritten { version: Int! }

type Item @key(fields: "id") ${cached} {
  id: ID!
  version: Int! @external
  stock: Int!
  "The version that the router says the item has, and that of its stock."
  stamp: String! @requires(fields: "version")
}
`;

export const schemas = { items, stock } as const;
export type SubgraphName = keyof typeof schemas;
export const subgraphNames = Object.keys(schemas) as SubgraphName[];
