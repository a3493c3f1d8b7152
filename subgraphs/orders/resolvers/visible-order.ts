import type { SubgraphContext } from '@selvedge/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import { orderById, orderOfUser } from '../loaders/orders.js';
import type { Order } from '../entities/order.js';

/**
 * The order of that id as far as the caller may see it: staff any, a user their own, nobody else one. That it is
 * another's and that there is none look the same from outside.
 */
export async function visibleOrder(
  id: string,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Promise<Order | null> {
  const { viewer } = context;
  if (!viewer) return null;
  if (viewer.roles.includes('staff')) return context.load(orderById, { id }, info);
  return context.load(orderOfUser, { id, userId: viewer.id }, info);
}
