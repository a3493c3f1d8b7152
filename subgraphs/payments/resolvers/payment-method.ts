// One table behind an interface: the row's kind names its GraphQL type. A user sees their own, staff all.
import { reads, type SubgraphContext } from '@selvedge/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import type { PaymentMethod, PaymentMethodKind } from '../entities/payment-method.js';
import type { Resolvers } from '../generated/resolvers.js';
import { paymentMethodById, paymentMethodOfUser } from '../loaders/payment-methods.js';

const typenameOfKind = {
  card: 'CardPaymentMethod',
  wallet: 'WalletPaymentMethod',
  invoice: 'InvoicePaymentMethod',
} as const satisfies Readonly<Record<PaymentMethodKind, string>>;

type PaymentMethodTypes = Pick<
  Resolvers,
  'PaymentMethod' | 'CardPaymentMethod' | 'WalletPaymentMethod' | 'InvoicePaymentMethod'
>;

export const paymentMethodTypes: PaymentMethodTypes = {
  PaymentMethod: {
    // The accounts service knows methods as one type, and so asks for them by the interface's name.
    __resolveReference: visibleMethod,
    __resolveType: ({ kind }) => typenameOfKind[kind],
  },
  CardPaymentMethod: {
    __resolveReference: visibleMethod,
    label: reads(
      ['brand', 'lastFour'],
      ({ brand, lastFour }) => `${brand ?? 'Card'} ending in ${lastFour ?? '????'}`,
    ),
  },
  WalletPaymentMethod: {
    __resolveReference: visibleMethod,
    label: reads(['provider'], ({ provider }) => provider ?? 'Wallet'),
  },
  InvoicePaymentMethod: {
    __resolveReference: visibleMethod,
    label: reads(['termsDays'], ({ termsDays }) => `Invoice, ${termsDays ?? 0} days`),
  },
};

async function visibleMethod(
  { id }: { readonly id: string },
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Promise<PaymentMethod | null> {
  const { viewer } = context;
  if (!viewer) return null;
  if (viewer.roles.includes('staff')) return context.load(paymentMethodById, { id }, info);
  return context.load(paymentMethodOfUser, { id, userId: viewer.id }, info);
}
