import type { GraphQLResolveInfo } from 'graphql';
import { withNeeds } from '../look-ahead/needs.js';
import type { SubgraphContext } from '../context.js';
import type { Property } from '../reads/read.js';

/**
 * A computed field: declares the columns that it reads, gets a row that has them, and is given nothing else to read. A row
 * that lacks one of them, which only a resolver of one's own can have made, is an internal error.
 *
 * @example price: reads(['priceCents', 'currency'], (product) => money(product.priceCents, product.currency))
 */
export function reads<E extends object, C extends Property<E>, Result, Args>(
  properties: readonly C[],
  resolve: (
    row: Readonly<Required<Pick<E, C>>>,
    args: Args,
    context: SubgraphContext,
    info: GraphQLResolveInfo,
  ) => Result,
): (row: E, args: Args, context: SubgraphContext, info: GraphQLResolveInfo) => Result {
  const resolver = (row: E, args: Args, context: SubgraphContext, info: GraphQLResolveInfo): Result => {
    for (const property of properties) {
      // Not in the row: it came from elsewhere than a read of the kit, or the client's representation lacks it.
      if (row[property] === undefined)
        throw new Error(`expected the row to have "${property}" but it was not loaded`);
    }
    return resolve(row as Readonly<Required<Pick<E, C>>>, args, context, info);
  };
  return withNeeds(resolver, properties);
}
