/**
 * Under which names the answers of fetches carry the client's fields. Apollo's planner takes whatever stands under a
 * key's name to be the key: of `{ user { id: name  reviews } }` it sends the name as the representation's `id` (tried with
 * 2.14.4). So a client's alias that shadows a field by which entities are entered is replaced before planning, and
 * shaping puts the client's name back. Depends on nothing but the field node, so that both sides agree without a table.
 */
import { Kind, parse, visit, type DocumentNode, type FieldNode } from 'graphql';
import { directiveTexts } from './join-directives.js';
import { requiredPrefix } from './required-arguments.js';

export interface DataNames {
  /** What the fetches' answers call this field of the client's operation: nearly always its response name. */
  dataName(field: FieldNode): string;
  /** The response name again, for the paths of errors: of `_c_id` `id`, of `_r1_comments` `comments`. */
  responseName(dataName: string): string;
}

/** @param reserved names of fields that representations are built from, see `namesInFieldSets` */
export function dataNames(reserved: ReadonlySet<string>): DataNames {
  return {
    dataName(field) {
      const responseName = field.alias?.value ?? field.name.value;
      const isShadow = responseName !== field.name.value && reserved.has(responseName);
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

/** @returns the name of every field in a `@key`, `@requires` or `@fromContext` of the supergraph, and `__typename` */
export function namesInFieldSets(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set(['__typename']);
  for (const fieldSet of directiveTexts(supergraph, ['key', 'requires', 'selection'])) {
    visit(parse(`{ ${fieldSet} }`.replace(/^\{\s*\{(.*)\}\s*\}$/s, '{$1}'), { noLocation: true }), {
      Field: ({ name }) => void names.add(name.value),
    });
  }
  return names;
}

const clientPrefix = '_c_';
/** Those that the planner makes up, and those that already look as if we had replaced them. */
const plannersVariables = new RegExp(`^(?:${clientPrefix}|representations$|contextualArgument_)`);
/** Applied to a name that already looks like one of ours as well, so that no two names become one. */
const ours = new RegExp(`^(?:${clientPrefix}|${requiredPrefix.source})`);
