/**
 * What an entry calls a field: its name with all that shapes its value, and not what an operation calls it. Two fields have
 * one name exactly when a subgraph is asked the same: variables stand for their values as they are sent, and one that is
 * not given for nothing.
 */
import { Kind, type DirectiveNode, type FieldNode, type ArgumentNode, type ValueNode } from 'graphql';

/** As JSON gives them; defaults of the operation are among them. */
export type GivenVariables = Readonly<Record<string, unknown>>;

export function canonicalField(field: FieldNode, variables: GivenVariables): string {
  const directives = (field.directives ?? []).filter(({ name }) => !isCondition(name.value));
  return `${field.name.value}${argumentsOf(field.arguments, variables)}${directives.map((directive) => directiveOf(directive, variables)).join('')}`;
}

export function isCondition(directive: string): boolean {
  return directive === 'skip' || directive === 'include';
}

function directiveOf({ name, arguments: given }: DirectiveNode, variables: GivenVariables): string {
  return `@${name.value}${argumentsOf(given, variables)}`;
}

/** Their order means nothing. */
function argumentsOf(given: readonly ArgumentNode[] | undefined, variables: GivenVariables): string {
  const texts = (given ?? []).flatMap(({ name, value }) => {
    const text = valueOf(value, variables);
    return text === undefined ? [] : [`${name.value}:${text}`];
  });
  return texts.length === 0 ? '' : `(${texts.sort().join(',')})`;
}

/** Literals keep their spelling, which a custom scalar may see. @returns undefined: nothing is given */
function valueOf(value: ValueNode, variables: GivenVariables): string | undefined {
  switch (value.kind) {
    case Kind.VARIABLE: {
      const given = variables[value.name.value];
      return given === undefined ? undefined : JSON.stringify(given);
    }
    case Kind.NULL:
      return 'null';
    case Kind.STRING:
      return JSON.stringify(value.value);
    case Kind.INT:
    case Kind.FLOAT:
      return value.value;
    case Kind.BOOLEAN:
      return String(value.value);
    case Kind.ENUM:
      return `enum ${value.value}`;
    case Kind.LIST:
      return `[${value.values.map((item) => valueOf(item, variables) ?? 'null').join(',')}]`;
    case Kind.OBJECT: {
      const fields = value.fields.flatMap(({ name, value: inner }) => {
        const text = valueOf(inner, variables);
        return text === undefined ? [] : [`${JSON.stringify(name.value)}:${text}`];
      });
      return `{${fields.join(',')}}`;
    }
  }
}
