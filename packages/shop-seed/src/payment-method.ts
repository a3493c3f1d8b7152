import { below, pick, random, uuid } from './random.js';

interface PaymentMethodName {
  readonly id: string;
  /** What its owner calls it; the accounts service keeps it, and which one is the default. */
  readonly nickname: string;
  readonly isDefault: boolean;
}

export interface CardFacts extends PaymentMethodName {
  readonly kind: 'card';
  readonly brand: string;
  readonly lastFour: string;
  /** `MM/YY` */
  readonly expires: string;
}

export interface WalletFacts extends PaymentMethodName {
  readonly kind: 'wallet';
  readonly provider: string;
}

export interface InvoiceFacts extends PaymentMethodName {
  readonly kind: 'invoice';
  readonly termsDays: number;
}

export type PaymentMethodFacts = CardFacts | WalletFacts | InvoiceFacts;

const nicknames = {
  card: ['Everyday card', 'Joint account', 'Holiday card', 'Work card'],
  wallet: ['Phone', 'Quick pay', 'Wallet'],
  invoice: ['By invoice', 'Pay later'],
} as const;

/** The ways that a user pays: one to three, of which exactly one is the default; the same at any scale. */
export function paymentMethods(userIndex: number): readonly PaymentMethodFacts[] {
  const draw = random(`payment-methods:${userIndex}`);
  const count = 1 + below(draw, 3);
  const defaultAt = below(draw, count);
  // The first is a card for most, and no user has two methods of the same nickname: kinds are not repeated.
  const kinds: readonly PaymentMethodFacts['kind'][] =
    draw() < 0.7 ? ['card', 'wallet', 'invoice'] : ['wallet', 'card', 'invoice'];
  return kinds.slice(0, count).map((kind, position) => {
    const name = {
      id: uuid(`payment-method/${userIndex}/${position}`),
      nickname: pick(draw, nicknames[kind]),
      isDefault: position === defaultAt,
    };
    return { ...name, ...detailsOf(kind, draw) };
  });
}

type Details =
  | Omit<CardFacts, keyof PaymentMethodName>
  | Omit<WalletFacts, keyof PaymentMethodName>
  | Omit<InvoiceFacts, keyof PaymentMethodName>;

function detailsOf(kind: PaymentMethodFacts['kind'], draw: () => number): Details {
  switch (kind) {
    case 'card':
      return {
        kind,
        brand: pick(draw, ['Visa', 'Mastercard', 'American Express']),
        lastFour: String(below(draw, 10_000)).padStart(4, '0'),
        expires: `${String(1 + below(draw, 12)).padStart(2, '0')}/${String(26 + below(draw, 4))}`,
      };
    case 'wallet':
      return { kind, provider: pick(draw, ['PayPal', 'Apple Pay', 'Google Pay']) };
    case 'invoice':
      return { kind, termsDays: pick(draw, [14, 30]) };
  }
}
