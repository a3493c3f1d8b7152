// The users of the shop, with what only this service knows of them: how to reach them and what they say of themselves.
import { paymentMethods, pick, random, seedSize, user } from '@selvedge/shop-seed';
import { insertRows, type Row, type SeedContext } from '@selvedge/subgraph';
import { Address } from './entities/address.js';
import { PaymentMethod } from './entities/payment-method.js';
import { User } from './entities/user.js';

export async function seed(context: SeedContext): Promise<void> {
  const { manager, scale } = context;
  const { users } = seedSize(scale);
  await insertRows(manager, User, usersOf(users), (done) => {
    context.progress('users', done, users);
  });
  await insertRows(manager, Address, addressesOf(users));
  await insertRows(manager, PaymentMethod, paymentMethodsOf(users));
}

function* usersOf(count: number): Generator<Row<User, keyof User>> {
  for (let index = 0; index < count; index += 1) {
    const { id, username, name, memberSince, tier } = user(index);
    const draw = random(`account:${index}`);
    yield {
      id,
      username,
      name,
      bio: draw() < 0.6 ? pick(draw, bios) : null,
      loyaltyTier: tier,
      memberSince,
      email: `${username}@example.com`,
      // Most accounts are harmless: the square keeps the scores low.
      riskScore: Math.floor(101 * draw() ** 2),
      mailingKey: `ml-${username}-${String(Math.floor(draw() * 0x1_0000_0000)).padStart(10, '0')}`,
    };
  }
}

function* addressesOf(users: number): Generator<Row<Address, keyof Address>> {
  for (let index = 0; index < users; index += 1) {
    const draw = random(`addresses:${index}`);
    const count = draw() < 0.3 ? 2 : 1;
    for (let position = 1; position <= count; position += 1) {
      const { city, country, postalCode, street } = pick(draw, places);
      yield {
        userId: user(index).id,
        position,
        label: position === 1 ? 'Home' : pick(draw, ['Work', 'Parents', 'Summer house']),
        line1: `${street} ${String(1 + Math.floor(draw() * 140))}`,
        city,
        postalCode: postalCode.replaceAll('#', () => String(Math.floor(draw() * 10))),
        country,
      };
    }
  }
}

function* paymentMethodsOf(users: number): Generator<Row<PaymentMethod, keyof PaymentMethod>> {
  for (let index = 0; index < users; index += 1) {
    for (const { id, nickname, isDefault } of paymentMethods(index)) {
      yield { id, userId: user(index).id, nickname, isDefault };
    }
  }
}

const bios = [
  'Cooks more than the fridge can hold.',
  'Furnishing a first flat, one lamp at a time.',
  'Collects fountain pens and never enough paper.',
  'Weekends in the mountains, weekdays planning them.',
  'Two children, one dog, no free shelf.',
  'Restores old chairs.',
  'Grows tomatoes on a balcony of two square metres.',
  'Buys presents early and keeps them.',
];

/** `#` in a postal code stands for any digit. */
const places = [
  { city: 'Bremen', country: 'DE', postalCode: '282##', street: 'Am Wall' },
  { city: 'Leipzig', country: 'DE', postalCode: '041##', street: 'Karl-Heine-Straße' },
  { city: 'Gothenburg', country: 'SE', postalCode: '41# ##', street: 'Linnégatan' },
  { city: 'Malmö', country: 'SE', postalCode: '211 ##', street: 'Bergsgatan' },
  { city: 'Lyon', country: 'FR', postalCode: '6900#', street: 'Rue de la République' },
  { city: 'Nantes', country: 'FR', postalCode: '440##', street: 'Quai de la Fosse' },
  { city: 'Porto', country: 'PT', postalCode: '40##-###', street: 'Rua das Flores' },
  { city: 'Ghent', country: 'BE', postalCode: '90##', street: 'Korenlei' },
  { city: 'Utrecht', country: 'NL', postalCode: '35## AB', street: 'Oudegracht' },
  { city: 'Bologna', country: 'IT', postalCode: '401##', street: 'Via San Felice' },
];
