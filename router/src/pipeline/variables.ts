/**
 * The variables of an operation as values of their types (GraphQL specification, 6.1.2), with all looked up beforehand
 * that does not depend on the request. It takes what fits; what does not is left to graphql-js, which says why.
 */
import {
  getVariableValues,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Variables } from './stages.js';

/** Several errors at once, each for one variable; @apollo/server gives them their code. */
export class VariablesError extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('the variables do not fit their types');
  }
}

/** With defaults filled in and values coerced. @throws VariablesError */
export type CoerceVariables = (given: Variables) => Variables;

export function variablesCoercer(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): CoerceVariables {
  const variables = variableDefinitions.map((definition) => compileVariable(schema, definition));
  return (given) => {
    const coerced: Record<string, unknown> = {};
    for (const variable of variables) {
      if (variable?.(given, coerced) !== true) return withGraphQLJs(given);
    }
    return coerced;
  };

  function withGraphQLJs(given: Variables): Variables {
    const { coerced, errors } = getVariableValues(schema, variableDefinitions, given);
    if (errors) throw new VariablesError(errors);
    return coerced;
  }
}

/** @returns whether it fits */
type CoerceVariable = (given: Variables, coerced: Record<string, unknown>) => boolean;

function compileVariable(schema: GraphQLSchema, definition: VariableDefinitionNode): CoerceVariable | null {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  // As a key of an object it would not be one.
  if (!isInputType(type) || name === '__proto__') return null;
  const coerce = coercer(type, new Map());
  const absent = definition.defaultValue && { value: valueFromAST(definition.defaultValue, type) };
  return (given, coerced) => {
    if (!Object.hasOwn(given, name)) {
      if (absent !== undefined) coerced[name] = absent.value;
      return absent !== undefined || !isNonNullType(type);
    }
    const value = coerce(given[name]);
    if (value === unfit) return false;
    coerced[name] = value;
    return true;
  };
}

const unfit = Symbol('unfit');

/** @returns `unfit` where the value is not one of the type */
type Coerce = (value: unknown) => unknown;

function coercer(type: GraphQLInputType, objects: Map<GraphQLInputObjectType, Coerce>): Coerce {
  if (isNonNullType(type)) {
    const coerce = coercer(type.ofType, objects);
    return (value) => (value === null || value === undefined ? unfit : coerce(value));
  }
  const coerce = nonNullCoercer(type, objects);
  return (value) => (value === null || value === undefined ? null : coerce(value));
}

function nonNullCoercer(type: GraphQLInputType, objects: Map<GraphQLInputObjectType, Coerce>): Coerce {
  if (isNonNullType(type)) return nonNullCoercer(type.ofType, objects);
  if (isListType(type)) return listCoercer(coercer(type.ofType, objects));
  if (isInputObjectType(type)) return objectCoercer(type, objects);
  return (value) => {
    try {
      const parsed: unknown = type.parseValue(value);
      return parsed === undefined ? unfit : parsed;
    } catch {
      return unfit;
    }
  };
}

function listCoercer(coerceItem: Coerce): Coerce {
  return (value) => {
    // What is no list is one of a single item.
    const items = (Array.isArray(value) ? value : [value]).map(coerceItem);
    return items.includes(unfit) ? unfit : items;
  };
}

/** Types may refer to themselves, so the fields are compiled when the first value comes. */
function objectCoercer(type: GraphQLInputObjectType, objects: Map<GraphQLInputObjectType, Coerce>): Coerce {
  const known = objects.get(type);
  if (known !== undefined) return known;
  let fields: ReadonlyMap<string, InputField> | undefined;
  const coerce: Coerce = (value) => {
    fields ??= compileFields(type, objects);
    // A `@oneOf` has more rules, and is rare.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || type.isOneOf) return unfit;
    return coerceFields(fields, value as Readonly<Record<string, unknown>>);
  };
  objects.set(type, coerce);
  return coerce;
}

interface InputField {
  readonly coerce: Coerce;
  /** What stands for a value that is not given; `unfit`: there has to be one; `undefined`: nothing. */
  readonly absent: unknown;
}

function compileFields(
  type: GraphQLInputObjectType,
  objects: Map<GraphQLInputObjectType, Coerce>,
): ReadonlyMap<string, InputField> {
  return new Map(
    Object.values(type.getFields()).map((field) => {
      const isRequired = field.defaultValue === undefined && isNonNullType(field.type);
      const absent: unknown = isRequired ? unfit : field.defaultValue;
      return [field.name, { coerce: coercer(field.type, objects), absent }];
    }),
  );
}

function coerceFields(
  fields: ReadonlyMap<string, InputField>,
  given: Readonly<Record<string, unknown>>,
): unknown {
  const coerced = Object.create(null) as Record<string, unknown>;
  for (const [name, { coerce, absent }] of fields) {
    const value = given[name];
    const result = value === undefined ? absent : coerce(value);
    if (result === unfit) return unfit;
    if (result !== undefined) coerced[name] = result;
  }
  return Object.keys(given).every((name) => fields.has(name)) ? coerced : unfit;
}
