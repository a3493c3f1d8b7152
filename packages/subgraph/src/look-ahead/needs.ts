// A field resolver says which columns of its parent's row it reads by carrying their names; the look-ahead collects them.
// What carries nothing reads nothing but keys. The marks ride on the resolver functions themselves, so that a resolver map
// stays a plain one that @apollo/subgraph, codegen and a reader understand.
const needsOf = new WeakMap<object, readonly string[]>();

/** Marks a resolver with the properties that it reads of its parent. */
export function withNeeds<F extends object>(resolver: F, properties: readonly string[]): F {
  needsOf.set(resolver, properties);
  return resolver;
}

/** The properties that a resolver reads; undefined for one that does not say. */
export function declaredNeeds(resolver: object): readonly string[] | undefined {
  return needsOf.get(resolver);
}
