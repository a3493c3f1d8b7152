import { below, random } from './random.js';

/** Where goods lie. The first is the main warehouse, which carries most of the range. */
export interface WarehouseFacts {
  readonly code: string;
  readonly name: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2 */
  readonly country: string;
}

export const warehouses: readonly WarehouseFacts[] = [
  { code: 'BRE1', name: 'Bremen Overseas Harbour', city: 'Bremen', country: 'DE' },
  { code: 'GOT1', name: 'Gothenburg Arendal', city: 'Gothenburg', country: 'SE' },
  { code: 'LYS1', name: 'Lyon Saint-Priest', city: 'Lyon', country: 'FR' },
  { code: 'POR1', name: 'Porto Leça', city: 'Porto', country: 'PT' },
];

/** The codes of the warehouses that carry a product: one to four of them, whether or not any is on the shelf. */
export function warehousesOf(productIndex: number): readonly string[] {
  const draw = random(`warehouses:${productIndex}`);
  const first = below(draw, warehouses.length);
  const count = 1 + below(draw, warehouses.length);
  return warehouses
    .filter((_warehouse, at) => (at - first + warehouses.length) % warehouses.length < count)
    .map(({ code }) => code);
}
