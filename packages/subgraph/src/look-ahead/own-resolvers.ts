// A field's resolver as the schema was made with it. For a plugin that watches fields (`willResolveField`), @apollo/server puts
// a function of its own before every resolver, at the first request; what a field needs is still told by the one behind it.
import { defaultFieldResolver, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';

type Field = GraphQLField<unknown, unknown>;

const resolvers = new WeakMap<Field, NonNullable<Field['resolve']>>();

/** To be called once the schema is made, before a server has it. */
export function noteResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve != null && field.resolve !== defaultFieldResolver)
        resolvers.set(field, field.resolve);
    }
  }
}

/** Undefined for a field that is the equally named property. */
export function ownResolver(field: Field): Field['resolve'] {
  return resolvers.get(field);
}
