/**
 * Names that no client may learn: of what is `@inaccessible` and stands nowhere that clients see. Subgraphs do not know
 * what is hidden of them, so their messages may name it (`Cannot return null for non-nullable field …`).
 */
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { SubgraphError } from '../subgraphs/subgraph-error.js';

export class HiddenNames {
  private readonly pattern: RegExp | null;

  /** @param whole the supergraph, with what is inaccessible. @param visible what clients see of it */
  constructor(whole: GraphQLSchema, visible: GraphQLSchema) {
    const seen = namesIn(visible);
    const hidden = [...namesIn(whole)].filter((name) => !seen.has(name));
    this.pattern = hidden.length === 0 ? null : new RegExp(`(?<![\\w])(?:${hidden.join('|')})(?![\\w])`);
  }

  /** @returns the same error where it names nothing hidden; otherwise what is left when all but its code is gone */
  redact(error: Error): Error {
    if (this.pattern === null || !(error instanceof SubgraphError)) return error;
    const { subgraph, extensions, http, systemCode, path } = error;
    const isNamedByMessage = this.pattern.test(error.message);
    const isNamedByRest = this.pattern.test(JSON.stringify([extensions, http]));
    if (!isNamedByMessage && !isNamedByRest) return error;
    const { code, service } = extensions;
    const isCodeSafe = typeof code === 'string' && !this.pattern.test(code);
    return new SubgraphError(subgraph, isNamedByMessage ? redactedMessage : error.message, {
      path,
      extensions: {
        ...(isCodeSafe && { code }),
        ...(service === subgraph && { service }),
      },
      systemCode,
    });
  }
}

const redactedMessage = 'the subgraph answered with an error';

/** Of types, fields, arguments, input fields and enum values; not of federation's own types. */
function namesIn(schema: GraphQLSchema): Set<string> {
  const names = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.includes('__')) continue;
    names.add(type.name);
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name);
    if (isInputObjectType(type)) for (const name of Object.keys(type.getFields())) names.add(name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name, args } of Object.values(type.getFields())) {
      names.add(name);
      for (const argument of args) names.add(argument.name);
    }
  }
  return names;
}
