/**
 * Under which names the answers of fetches carry the client's fields. Apollo's planner (2.14.4) confuses names in two places:
 *
 * - It takes whatever stands under a key's name to be the key: of `{ user { id: name  reviews } }` it sends the name as the
 *   representation's `id`.
 * - A subgraph with an `@interfaceObject` knows no types that implement it, so what is asked for each of them becomes one
 *   selection. Of `... on Cup { tax(rate: 1) } ... on Jug { tax(rate: 2) }` the planner asks for the first, for both.
 *
 * So a client's alias that shadows a field by which entities are entered, and what an interface object may be asked for in
 * two ways, is replaced before planning, and shaping puts the client's name back. Depends on nothing but the field node, so
 * that both sides agree without a table.
 */
import { createHash } from 'node:crypto';
import { Kind, parse, print, visit, type DocumentNode, type FieldNode } from 'graphql';
import { namesBelowInterfaceObjects } from './interface-object-names.js';
import { directiveTexts } from './join-directives.js';
import { requiredPrefix } from './required-arguments.js';

export interface DataNames {
  /** What the fetches' answers call this field of the client's operation: nearly always its response name. */
  dataName(field: FieldNode): string;
  /** The response name again, for the paths of errors: of `_c_id` `id`, of `_r1_comments` `comments`. */
  responseName(dataName: string): string;
}

/** What names mean in a supergraph. Plain data: it comes over from the planning thread. */
export interface NamesInUse {
  /** Of every field in a `@key`, `@requires` or `@fromContext`, and `__typename`. */
  readonly reserved: ReadonlySet<string>;
  /** Of the fields that an interface object has, and of all that these lead to. */
  readonly belowInterfaceObjects: ReadonlySet<string>;
}

export function namesInUse(supergraph: DocumentNode): NamesInUse {
  return {
    reserved: namesInFieldSets(supergraph),
    belowInterfaceObjects: namesBelowInterfaceObjects(supergraph),
  };
}

export function dataNames({ reserved, belowInterfaceObjects }: NamesInUse): DataNames {
  return {
    dataName(field) {
      const responseName = field.alias?.value ?? field.name.value;
      const isAliased = responseName !== field.name.value;
      const hasArguments = field.arguments !== undefined && field.arguments.length > 0;
      if ((isAliased || hasArguments) && belowInterfaceObjects.has(field.name.value))
        return `_o${digestOf(field)}_${responseName}`;
      const isShadow = isAliased && reserved.has(responseName);
      return isShadow || ours.test(responseName) ? clientPrefix + responseName : responseName;
    },
    responseName: (dataName) => dataName.replace(ours, ''),
  };
}

/** @returns the document with each field asked for under its data name; the same one where nothing changes */
export function withDataNames(document: DocumentNode, names: DataNames): DocumentNode {
  return visit(document, {
    Variable({ name }) {
      const dataName = variableDataName(name.value);
      if (dataName === name.value) return undefined;
      return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: dataName } };
    },
    Field(field) {
      const dataName = names.dataName(field);
      if (dataName === (field.alias?.value ?? field.name.value)) return undefined;
      return { ...field, alias: { kind: Kind.NAME, value: dataName } };
    },
  });
}

/** What fetches call a variable of the client's: nearly always what the client does. */
function variableDataName(name: string): string {
  return plannersVariables.test(name) ? clientPrefix + name : name;
}

/** The client's name again. */
export function clientVariable(dataName: string): string {
  const name = dataName.startsWith(clientPrefix) ? dataName.slice(clientPrefix.length) : dataName;
  return variableDataName(name) === dataName ? name : dataName;
}

function namesInFieldSets(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set(['__typename']);
  for (const fieldSet of directiveTexts(supergraph, ['key', 'requires', 'selection'])) {
    visit(parse(`{ ${fieldSet} }`.replace(/^\{\s*\{(.*)\}\s*\}$/s, '{$1}'), { noLocation: true }), {
      Field: ({ name }) => void names.add(name.value),
    });
  }
  return names;
}

/** Equal for fields of equal name and arguments, in whichever order these were written. */
function digestOf({ name, arguments: given = [] }: FieldNode): string {
  const field = { kind: Kind.FIELD, name, arguments: sorted(given) } as const;
  const text = print(visit(field, { ObjectValue: (value) => ({ ...value, fields: sorted(value.fields) }) }));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function sorted<Node extends { readonly name: { readonly value: string } }>(nodes: readonly Node[]): Node[] {
  return [...nodes].sort((one, other) => (one.name.value < other.name.value ? -1 : 1));
}

const clientPrefix = '_c_';
/** Those that the planner makes up, and those that already look as if we had replaced them. */
const plannersVariables = new RegExp(`^(?:${clientPrefix}|representations$|contextualArgument_)`);
/** Applied to a name that already looks like one of ours as well, so that no two names become one. */
const ours = new RegExp(`^(?:${clientPrefix}|_o[0-9a-f]{12}_|${requiredPrefix.source})`);
