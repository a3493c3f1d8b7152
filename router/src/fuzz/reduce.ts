/**
 * Makes a failing run small enough to read: takes one piece after the other away, as long as it still fails. Which
 * pieces belong together need not be known: what does not compose or is not valid without one simply keeps it.
 */
import {
  Kind,
  parse,
  print,
  visit,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type SelectionNode,
} from 'graphql';
import type { Operation } from './generate-operation.js';
import type { FieldModel, Model, ObjectModel, Placement, TypeRef } from './model.js';

/** @returns the smallest that was found before the time was up */
export async function reduce<T>(
  failing: T,
  smaller: (from: T) => Iterable<T>,
  stillFails: (candidate: T) => Promise<boolean>,
  until: number,
): Promise<T> {
  let best = failing;
  for (let progress = true; progress && Date.now() < until;) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (Date.now() >= until) break;
      if (!(await stillFails(candidate))) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}

export function* smallerOperations({ query, variables, ...rest }: Operation): Iterable<Operation> {
  const document = parse(query, { noLocation: true });
  for (let index = 0; ; index += 1) {
    const changed = changeNode(document, index);
    if (changed === undefined) return;
    for (const text of changed) if (text !== query) yield { ...rest, ...tidy(text, variables) };
  }
}

export function* smallerModels(model: Model): Iterable<Model> {
  for (const name of model.subgraphs) if (model.subgraphs.length > 1) yield withoutSubgraph(model, name);
  for (const key of ['interfaces', 'unions', 'objects'] as const) {
    for (const each of model[key]) yield { ...model, [key]: model[key].filter((one) => one !== each) };
  }
  for (const object of model.objects) {
    for (const smaller of smallerObjects(object)) yield withObject(model, object, smaller);
  }
  for (const union of model.unions) {
    for (const member of union.members) {
      const members = union.members.filter((each) => each !== member);
      yield { ...model, unions: model.unions.map((each) => (each === union ? { ...each, members } : each)) };
    }
  }
}

/** Without the n-th node that can go, or with its content in its place; undefined when there are no more. */
function changeNode(document: DocumentNode, index: number): string[] | undefined {
  let at = -1;
  const texts: string[] = [];
  visit(document, {
    enter(node: ASTNode, _key, _parent, path) {
      for (const changes of changesOf(node, document)) {
        at += 1;
        if (at !== index) continue;
        texts.push(...changes.map((changed) => print(replaceAt(document, path, changed))));
      }
    },
  });
  return at < index ? undefined : texts;
}

/** What a node can be replaced by; each entry takes away one thing. */
function changesOf(node: ASTNode, document: DocumentNode): ASTNode[][] {
  const changes: ASTNode[][] = [];
  if (node.kind === Kind.SELECTION_SET) {
    for (const [position, selection] of node.selections.entries()) {
      const others = node.selections.filter((_, other) => other !== position);
      const inner = contentOf(selection, document);
      const inlined = node.selections.flatMap((each, other) => (other === position ? inner : [each]));
      const smaller = inner.length > 0 ? [others, inlined] : [others];
      changes.push(smaller.flatMap((selections) => (selections.length > 0 ? [{ ...node, selections }] : [])));
    }
  }
  if (node.kind === Kind.FIELD) {
    if (node.alias !== undefined) changes.push([without(node, 'alias')]);
    const { arguments: all = [] } = node;
    for (const argument of all)
      changes.push([{ ...node, arguments: all.filter((each) => each !== argument) }]);
  }
  if ('directives' in node && (node.directives ?? []).length > 0) {
    changes.push([{ ...node, directives: [] }]);
  }
  return changes;
}

function contentOf(selection: SelectionNode, document: DocumentNode): readonly SelectionNode[] {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet.selections;
  if (selection.kind === Kind.FIELD) return [];
  const fragment = document.definitions.find(
    (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
  );
  return fragment?.kind === Kind.FRAGMENT_DEFINITION
    ? [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          selectionSet: fragment.selectionSet,
        },
      ]
    : [];
}

function replaceAt(document: DocumentNode, path: readonly (string | number)[], node: ASTNode): DocumentNode {
  const replace = (value: unknown, [step, ...rest]: readonly (string | number)[]): unknown => {
    if (step === undefined) return node;
    if (Array.isArray(value))
      return value.map((each: unknown, index) => (index === step ? replace(each, rest) : each));
    const record = value as Record<string, unknown>;
    return { ...record, [step]: replace(record[step], rest) };
  };
  return replace(document, path) as DocumentNode;
}

/** Without the fragments and variables that nothing uses any more. */
function tidy(text: string, variables: Operation['variables']): Operation {
  let query = text;
  for (let before = ''; before !== query;) {
    before = query;
    const spread = new Set([...query.matchAll(/\.\.\.\s*(F\d+)/g)].map((match) => match[1]));
    const document = parse(query, { noLocation: true });
    const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        return spread.has(definition.name.value) ? [definition] : [];
      if (definition.kind !== Kind.OPERATION_DEFINITION) return [definition];
      const used = (definition.variableDefinitions ?? []).filter(
        ({ variable }) => [...query.matchAll(new RegExp(`\\$${variable.name.value}\\b`, 'g'))].length > 1,
      );
      return [{ ...definition, variableDefinitions: used }];
    });
    query = print({ ...document, definitions });
  }
  const used = Object.entries(variables).filter(([name]) => new RegExp(`\\$${name}\\b`).test(query));
  return { query, variables: Object.fromEntries(used) };
}

function withoutSubgraph(model: Model, name: string): Model {
  return {
    ...model,
    subgraphs: model.subgraphs.filter((each) => each !== name),
    interfaces: model.interfaces.filter(({ entity }) => entity?.home !== name && entity?.object !== name),
    objects: model.objects.map((object) => ({
      ...object,
      presence: without(object.presence, name),
      fields: object.fields.flatMap((field) => {
        const placements = without(field.placements, name);
        const gone = Object.keys(placements).length === 0 && Object.keys(field.placements).length > 0;
        return gone ? [] : [{ ...field, placements }];
      }),
    })),
  };
}

function withObject(model: Model, object: ObjectModel, replacement: ObjectModel): Model {
  return { ...model, objects: model.objects.map((each) => (each === object ? replacement : each)) };
}

function* smallerObjects(object: ObjectModel): Iterable<ObjectModel> {
  for (const subgraph of Object.keys(object.presence)) {
    if (object.kind === 'root') continue;
    const presence = object.presence[subgraph];
    const others = without(object.presence, subgraph);
    if (Object.keys(others).length > 0) yield { ...object, presence: others };
    for (const key of presence?.keys ?? []) {
      const keys = presence?.keys.filter((each) => each !== key) ?? [];
      if (keys.length > 0)
        yield { ...object, presence: { ...object.presence, [subgraph]: { ...presence, keys } } };
    }
  }
  for (const field of object.fields) {
    yield { ...object, fields: object.fields.filter((each) => each !== field) };
  }
  for (const field of object.fields) {
    for (const smaller of smallerFields(field)) {
      yield { ...object, fields: object.fields.map((each) => (each === field ? smaller : each)) };
    }
  }
}

function* smallerFields(field: FieldModel): Iterable<FieldModel> {
  for (const arg of field.args) yield { ...field, args: field.args.filter((each) => each !== arg) };
  for (const flag of ['flaky', 'hidden', 'deprecated', 'certain'] as const) {
    if (field[flag] === true) yield { ...field, [flag]: false };
  }
  for (const type of field.keyPart === undefined ? smallerTypes(field.type) : []) yield { ...field, type };
  for (const [subgraph, placement] of Object.entries(field.placements)) {
    const others = without(field.placements, subgraph);
    if (Object.keys(others).length > 0) yield { ...field, placements: others };
    for (const smaller of smallerPlacements(placement)) {
      yield { ...field, placements: { ...field.placements, [subgraph]: smaller } };
    }
  }
}

function* smallerPlacements(placement: Placement): Iterable<Placement> {
  for (const name of Object.keys(placement) as (keyof Placement)[]) {
    yield without(placement, name);
  }
  const { requires = [] } = placement;
  for (const needed of requires) {
    if (requires.length > 1) yield { ...placement, requires: requires.filter((each) => each !== needed) };
    if (needed.of !== undefined && needed.of.length > 1) {
      const of = needed.of.slice(0, 1);
      yield { ...placement, requires: requires.map((each) => (each === needed ? { ...needed, of } : each)) };
    }
  }
}

function* smallerTypes(type: TypeRef): Iterable<TypeRef> {
  if ('list' in type) yield type.list;
  if (type.nonNull) yield { ...type, nonNull: false };
}

function without<T extends object>(record: T, name: string): T {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name)) as T;
}
