// The store that all contestants read, and the schema that all of them serve.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('authors')
export class Author {
  @PrimaryColumn('uuid') id!: string;
  @Column({ type: 'text' }) email!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text' }) country!: string;
  @Column({ type: 'text', nullable: true }) bio!: string | null;
  @Column({ type: 'timestamptz', name: 'member_since' }) memberSince!: Date;
}

@Entity('books')
export class Book {
  @PrimaryColumn('bigint') id!: string;
  @Column({ type: 'uuid', name: 'author_id' }) authorId!: string;
  @Column({ type: 'text' }) title!: string;
  @Column({ type: 'text' }) isbn!: string;
  @Column({ type: 'integer' }) pages!: number;
  @Column({ type: 'timestamptz', name: 'published_at' }) publishedAt!: Date;
}

export const schemaText = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { author(id: ID!): Author }
type Author @key(fields: "id") {
  id: ID!
  email: String!
  name: String!
  country: String!
  bio: String
  books: [Book!]!
  bookPage(first: Int, after: String, last: Int, before: String): BookConnection!
}
type Book @key(fields: "id") {
  id: ID!
  title: String!
  isbn: String!
  pages: Int!
  author: Author!
}
type BookConnection { edges: [BookEdge!]! nodes: [Book!]! pageInfo: PageInfo! }
type BookEdge { cursor: String! node: Book! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

/** 2,000 authors with 20 books each. */
export const storeSql = `
CREATE TABLE authors (id uuid PRIMARY KEY, email text NOT NULL, name text NOT NULL, country text NOT NULL, bio text,
  member_since timestamptz NOT NULL);
CREATE TABLE books (id bigint PRIMARY KEY, author_id uuid NOT NULL REFERENCES authors, title text NOT NULL, isbn text NOT NULL,
  pages integer NOT NULL, published_at timestamptz NOT NULL);
INSERT INTO authors SELECT md5('author' || n)::uuid, 'author' || n || '@example.com', 'First' || n || ' Last' || n,
  (ARRAY['Norway', 'Kenya', 'Peru', 'Japan'])[n % 4 + 1], CASE WHEN n % 2 = 0 THEN repeat('Wrote a lot. ', 8) END,
  timestamptz '2020-01-01Z' + n * interval '1 hour' FROM generate_series(1, 2000) n;
INSERT INTO books SELECT a * 100 + b, md5('author' || a)::uuid, 'The ' || b || '. "book" of ' || a, '978-3-16-' || (100000 + a * 20 + b),
  100 + b, timestamptz '2021-01-01Z' + a * interval '1 hour' FROM generate_series(1, 2000) a, generate_series(1, 20) b;
CREATE INDEX ON books (author_id, id);
ANALYZE;
`;
