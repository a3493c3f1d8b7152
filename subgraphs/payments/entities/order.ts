/** An order as this service meets it: no table, only the representation that the router sends. */
export interface OrderRow {
  readonly id: string;
  /** From the orders service, and only with the fields that require it; null when it is not the caller's to see. */
  readonly total?: { readonly amount: string; readonly currency: string } | null;
}
