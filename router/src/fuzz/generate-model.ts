/**
 * Makes a model at random, so that it nearly always composes: every entity has a home with all of its keys, from which
 * each of its other places can be entered.
 */
import {
  bareField,
  enterable,
  newField,
  placed,
  scalarType,
  wrap,
  wrapScalar,
  type Draft,
  type DraftField,
  type DraftObject,
} from './draft.js';
import type { Draw } from './draw.js';
import { decorate } from './generate-directives.js';
import type { KeyModel, KeyPart, Model, Presence, TypeRef } from './model.js';

export function generateModel(draw: Draw): Model {
  const subgraphs = ['alpha', 'beta', 'gamma', 'delta'].slice(0, draw.between(2, 4));
  const draft: Draft = {
    draw,
    subgraphs,
    enums: [],
    scalars: ['Blob', 'Stamp'],
    inputs: [],
    objects: [],
    interfaces: [],
    unions: [],
  };
  addInputsAndEnums(draft);
  const values = addValueTypes(draft);
  for (let index = 0; index < draw.between(2, 4); index += 1) addEntity(draft, `E${index}`);
  addInterface(draft);
  addInterfaceEntity(draft);
  addUnion(draft, values);
  for (const object of [...draft.objects]) if (object.kind === 'entity') addOwnFields(draft, object);
  addRoots(draft);
  decorate(draft);
  const { enums, scalars, inputs, objects, interfaces, unions } = draft;
  return { dataSeed: draw.int(1_000_000), subgraphs, enums, scalars, inputs, objects, interfaces, unions };
}

function addInputsAndEnums({ draw, enums, inputs }: Draft): void {
  enums.push({
    name: 'Color',
    values: ['RED', 'GREEN', 'BLUE', 'VOID'],
    ...(draw.chance(40) && { hiddenValue: 'VOID' }),
  });
  const scalar = (name: string): TypeRef => ({ name, nonNull: draw.chance(20) });
  inputs.push({
    name: 'Range',
    fields: [
      { name: 'from', type: scalar('Int'), ...(draw.chance(50) && { defaultValue: '1' }) },
      {
        name: 'unit',
        type: { name: 'Color', nonNull: false },
        ...(draw.chance(50) && { defaultValue: 'RED' }),
      },
      ...(draw.chance(30)
        ? [{ name: 'secret', type: { name: 'String', nonNull: false }, hidden: true } as const]
        : []),
    ],
  });
  inputs.push({
    name: 'Filter',
    fields: [
      { name: 'text', type: scalar('String') },
      { name: 'ids', type: { list: { name: 'ID', nonNull: true }, nonNull: false } },
      { name: 'range', type: { name: 'Range', nonNull: false } },
      { name: 'since', type: { name: 'Stamp', nonNull: false } },
      { name: 'blob', type: { name: 'Blob', nonNull: false } },
      { name: 'either', type: { list: { name: 'Filter', nonNull: true }, nonNull: false } },
    ],
  });
}

function addValueTypes(draft: Draft): string[] {
  const { draw, objects } = draft;
  const names = ['Size', 'Note'].slice(0, draw.between(1, 2));
  for (const [index, name] of names.entries()) {
    const fields: DraftField[] = [];
    const letter = name.toLowerCase();
    fields.push(bareField(`${letter}Plain`, { ...scalarType(draw), nonNull: draw.chance(35) }));
    for (let field = 0; field < draw.between(1, 2); field += 1) {
      fields.push(newField(draft, `${letter}${field}`, { ...scalarType(draw), nonNull: draw.chance(35) }));
    }
    if (index === 1 && draw.chance(60)) {
      fields.push(newField(draft, `${letter}Inner`, wrap(draw, 'Size')));
    }
    objects.push({ name, kind: 'value', identity: name, home: '', presence: {}, fields });
  }
  return names;
}

const keyFields: Readonly<Record<KeyPart, TypeRef>> = {
  id: { name: 'ID', nonNull: true },
  sku: { name: 'String', nonNull: true },
  code: { name: 'Int', nonNull: true },
  region: { name: 'String', nonNull: true },
  nested: { name: '', nonNull: true },
  country: { name: 'String', nonNull: true },
  serial: { name: 'Int', nonNull: true },
};

function addEntity(draft: Draft, name: string): DraftObject {
  const { draw, subgraphs, objects } = draft;
  const kinds = ['id', 'sku', 'code region', `origin${name} { country serial }`];
  const keys = draw.chance(60) ? ['id'] : draw.some(kinds, 45);
  const parts = [...new Set(keys.flatMap((key) => key.replace(/ \{.*/, '').split(' ')))];
  const fields: DraftField[] = parts.map((part) => ({
    ...bareField(part, keyPartType(part, name)),
    keyPart: part.startsWith('origin') ? 'nested' : (part as KeyPart),
  }));
  if (parts.some((part) => part.startsWith('origin'))) {
    const nested = (part: KeyPart): DraftField => ({ ...bareField(part, keyFields[part]), keyPart: part });
    const origin = `Origin${name}`;
    const inner = [nested('country'), nested('serial')];
    objects.push({ name: origin, kind: 'value', identity: origin, home: '', presence: {}, fields: inner });
  }
  const home = draw.pick(subgraphs);
  const presence: Record<string, Presence> = { [home]: { keys: keys.map((key) => resolvable(key)) } };
  for (const subgraph of subgraphs) {
    if (subgraph === home || !draw.chance(65)) continue;
    const [first, ...others] = draw.some(keys, 60);
    if (first === undefined) continue;
    presence[subgraph] = {
      keys: [resolvable(first), ...others.map((fields) => ({ fields, resolvable: draw.chance(50) }))],
    };
  }
  const entity: DraftObject = { name, kind: 'entity', identity: name, home, presence, fields };
  objects.push(entity);
  return entity;
}

function keyPartType(part: string, entity: string): TypeRef {
  return part.startsWith('origin') ? { name: `Origin${entity}`, nonNull: true } : keyFields[part as KeyPart];
}

function resolvable(fields: string): KeyModel {
  return { fields, resolvable: true };
}

/** A field may refer to an entity of which its subgraph knows no more than a key. */
function ensurePresent({ draw }: Draft, object: DraftObject, subgraph: string): void {
  if (object.kind === 'value' || object.presence[subgraph] !== undefined) return;
  const { fields } = draw.pick(object.presence[object.home]?.keys ?? []);
  object.presence[subgraph] = { keys: [{ fields, resolvable: draw.chance(35) }] };
}

function addInterface({ draw, objects, interfaces, ...rest }: Draft): void {
  const entities = objects.filter(({ kind }) => kind === 'entity');
  if (!draw.chance(65)) return;
  const implementing = draw.some(entities, 65);
  const draft = { draw, objects, interfaces, ...rest };
  const type = { name: draw.pick(['String', 'Int', 'Color']), nonNull: draw.chance(40) };
  const common = newField(draft, 'common', type);
  for (const entity of implementing) {
    entity.fields.push({ ...bareField('label', { name: 'String', nonNull: true }), everywhere: true });
    entity.fields.push(placed(draft, common, [draw.pick(enterable(entity))]));
  }
  interfaces.push({
    name: 'Thing',
    fields: ['label', 'common'],
    implementations: implementing.map(({ name }) => name),
  });
}

function addInterfaceEntity(draft: Draft): void {
  const { draw, subgraphs, objects, interfaces } = draft;
  if (!draw.chance(35)) return;
  const home = draw.pick(subgraphs);
  const object = draw.pick(subgraphs.filter((subgraph) => subgraph !== home));
  const others = subgraphs.filter((subgraph) => subgraph !== home && subgraph !== object);
  const type = { ...scalarType(draw), nonNull: draw.chance(30) };
  const isRequired = draw.chance(60);
  const title = {
    ...newField(draft, 'mediaTitle', type),
    ...(isRequired && { args: [], flaky: false, needed: true }),
  };
  const implementations = ['Book', 'Film'].map((name) => {
    const presence: Record<string, Presence> = { [home]: { keys: [resolvable('id')] } };
    for (const other of others) if (draw.chance(40)) presence[other] = { keys: [resolvable('id')] };
    const fields: DraftField[] = [
      { ...bareField('id', keyFields.id), keyPart: 'id' },
      placed(draft, title, [home]),
    ];
    objects.push({ name, kind: 'entity', identity: 'Media', home, presence, fields });
    return name;
  });
  const fields: DraftField[] = ['mediaScore', 'mediaRank'].slice(0, draw.between(1, 2)).map((name) => {
    return placed(draft, newField(draft, name, wrapScalar(draw)), [object]);
  });
  if (isRequired) {
    // The interface object computes it from what only the implementations have.
    const needs = newField(draft, 'mediaNeeds', { name: 'String', nonNull: draw.chance(25) });
    fields.push({ ...needs, placements: { [object]: { requires: [{ field: title.name }] } } });
  }
  interfaces.push({
    name: 'Media',
    fields: ['id', 'mediaTitle'],
    implementations,
    entity: { home, object, fields },
  });
}

function addUnion({ draw, objects, unions }: Draft, values: readonly string[]): void {
  if (!draw.chance(60)) return;
  const entities = objects.filter(({ kind, identity, name }) => kind === 'entity' && identity === name);
  const members = [
    ...draw.some(entities.map(({ name }) => name)),
    ...(draw.chance(60) ? values.slice(0, 1) : []),
  ];
  unions.push({ name: 'Any', members });
}

function addOwnFields(draft: Draft, object: DraftObject): void {
  const { draw } = draft;
  const places = enterable(object);
  const letter = object.name.toLowerCase();
  for (let index = 0; index < draw.between(2, 5); index += 1) {
    const shared = places.length > 1 && draw.chance(20);
    const where = shared ? draw.some(places, 70) : [draw.pick(places)];
    const type = where.length > 1 ? wrapScalar(draw) : outputType(draft, where[0] ?? object.home);
    const field = placed(draft, newField(draft, `${letter}F${index}`, type), where);
    object.fields.push(field);
  }
}

function addRoots(draft: Draft): void {
  const { draw, subgraphs, objects } = draft;
  const query: DraftField[] = [];
  const add = (name: string, type: TypeRef, places: readonly string[]) =>
    query.push(placed(draft, newField(draft, name, type), places));
  for (const object of objects.filter(({ kind }) => kind === 'entity')) {
    const places = Object.keys(object.presence);
    const where = draw.chance(15) ? draw.some(places, 60) : [draw.pick(places)];
    add(`q${object.name}`, wrap(draw, object.name, 65), where);
  }
  for (const [index, subgraph] of subgraphs.entries())
    add(`r${index}`, outputType(draft, subgraph), [subgraph]);
  const mutation: DraftField[] = [];
  const result = { ...bareField('sequence', keyFields.code), sequence: true };
  for (const [index, subgraph] of draw.some(subgraphs, 60).entries()) {
    const name = `Result${index}`;
    const more = placed(draft, newField(draft, `result${index}`, outputType(draft, subgraph)), [subgraph]);
    const done = newField(draft, `change${index}`, { name, nonNull: draw.chance(30) });
    const fields = [result, more];
    objects.push({ name, kind: 'value', identity: name, home: '', presence: {}, fields });
    mutation.push(placed(draft, done, [subgraph]));
  }
  const everywhere = Object.fromEntries(subgraphs.map((subgraph) => [subgraph, { keys: [] }]));
  objects.push({
    name: 'Query',
    kind: 'root',
    identity: 'Query',
    home: '',
    presence: everywhere,
    fields: query,
  });
  objects.push({
    name: 'Mutation',
    kind: 'root',
    identity: 'Mutation',
    home: '',
    presence: Object.fromEntries(
      mutation.flatMap(({ placements }) => Object.keys(placements).map((at) => [at, { keys: [] }])),
    ),
    fields: mutation,
  });
}

/** Whatever the subgraph could give; an entity that it did not know before, it knows the key of from now on. */
function outputType(draft: Draft, subgraph: string): TypeRef {
  const { draw, objects, unions, interfaces } = draft;
  const dice = draw.int(100);
  if (dice < 40) return wrapScalar(draw);
  if (dice < 55)
    return wrap(draw, draw.pick(objects.filter(({ kind, name }) => kind === 'value' && isPlain(name))).name);
  const here = (name: string) => {
    const object = objects.find((each) => each.name === name);
    return object?.kind === 'value' || object?.presence[subgraph] !== undefined;
  };
  const abstract = [
    ...unions.filter(({ members }) => members.some(here)).map(({ name }) => name),
    ...interfaces
      .filter(({ entity, implementations }) =>
        entity === undefined
          ? implementations.some(here)
          : entity.home === subgraph || entity.object === subgraph,
      )
      .map(({ name }) => name),
  ];
  if (dice < 80 && abstract.length > 0) return wrap(draw, draw.pick(abstract));
  const entity = draw.pick(
    objects.filter(({ kind, identity, name }) => kind === 'entity' && identity === name),
  );
  ensurePresent(draft, entity, subgraph);
  return wrap(draw, entity.name);
}

/** Neither the nested part of a key nor what a mutation gives. */
function isPlain(name: string): boolean {
  return !/^(?:Origin|Result)/.test(name);
}
