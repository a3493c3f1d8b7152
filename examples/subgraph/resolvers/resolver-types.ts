// The types of the resolver map, by hand, so that the example stands alone. A subgraph in `subgraphs/` has the like of them
// generated from its schema (`npm run codegen`, codegen.yml).
import type { Connection, PageArguments, SubgraphContext } from '@selvedge/subgraph';
import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql';
import type { ConcertRow } from '../entities/concert.js';
import type { SongRow } from '../entities/song.js';
import type { VenueRow } from '../entities/venue.js';

/** An artist as this service meets one: no row, only what the router sends of it. */
export interface ArtistStub {
  readonly id: string;
  /** With the fields that require it only. */
  readonly monthlyListeners?: number | null;
}

interface Money {
  /** With two decimals. */
  readonly amount: string;
  readonly currency: string;
}

type Resolve<Parent, Args, Result> = (
  parent: Parent,
  args: Args,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => Result | Promise<Result>;

type ConcertPage<Parent> = Resolve<Parent, PageArguments, Connection<ConcertRow>>;
type Field<Parent, Result> = Resolve<Parent, object, Result>;

export type Resolvers = Readonly<{
  readonly DateTime: GraphQLScalarType;
  readonly Decimal: GraphQLScalarType;
  readonly Query: {
    readonly concert: Resolve<unknown, { readonly id: string }, ConcertRow | null>;
    readonly concerts: ConcertPage<unknown>;
    readonly concertsIn: Resolve<unknown, { readonly city: string }, readonly ConcertRow[]>;
    readonly venues: Field<unknown, readonly VenueRow[]>;
  };
  readonly Mutation: {
    readonly bookSeats: Resolve<
      unknown,
      { readonly concertId: string; readonly seats: number },
      BookSeatsPayload
    >;
  };
  readonly BookSeatsPayload: { readonly concert: Field<BookSeatsPayload, ConcertRow> };
  readonly Concert: {
    readonly __resolveReference: ReferenceResolver<ConcertRow>;
    readonly venue: Field<ConcertRow, VenueRow>;
    readonly artist: Field<ConcertRow, { readonly __typename: 'Artist'; readonly id: string }>;
    readonly setList: Field<ConcertRow, readonly SongRow[]>;
    readonly price: Field<ConcertRow, Money>;
    readonly seatsLeft: Field<ConcertRow, number>;
  };
  readonly Venue: {
    readonly __resolveReference: ReferenceResolver<VenueRow>;
    readonly concerts: ConcertPage<VenueRow>;
  };
  readonly Artist: {
    readonly concerts: ConcertPage<ArtistStub>;
    readonly seatsOnSale: Field<ArtistStub, number>;
    readonly demand: Field<ArtistStub, number | null>;
  };
}>;

interface BookSeatsPayload {
  readonly concertId: string;
}

type ReferenceResolver<Result> = (
  representation: object,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => Promise<Result | null>;
