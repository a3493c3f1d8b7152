/** Adds to a model that composes what makes federation hard: fields that need, lend, move, hide or take from above. */
import {
  bareField,
  enterable,
  newField,
  placed,
  scalarType,
  wrap,
  type Draft,
  type DraftField,
  type DraftObject,
} from './draft.js';
import { named, type Needed } from './model.js';

export function decorate(draft: Draft): void {
  const { draw } = draft;
  const entities = draft.objects.filter(({ kind }) => kind === 'entity');
  for (const entity of entities) {
    if (draw.chance(55)) addRequires(draft, entity);
    if (draw.chance(40)) addOverride(draft, entity);
  }
  addProvides(draft);
  if (draw.chance(40)) addContext(draft, draw.pick(entities));
  if (draw.chance(40)) addHiddenType(draft, draw.pick(entities));
  for (const entity of entities) if (draw.chance(50)) addUnknown(draft, entity);
  hide(draft);
}

/** A field that one subgraph computes from what others know. */
function addRequires(draft: Draft, entity: DraftObject): void {
  const { draw } = draft;
  const taker = draw.pick(enterable(entity));
  const letter = entity.name.toLowerCase();
  const needs: Needed[] = [];
  for (const source of draw
    .some(
      entity.fields.filter((field) => canBeNeeded(draft, field, taker)),
      40,
    )
    .slice(0, 2)) {
    needs.push(need(draft, source, taker));
  }
  if (draw.chance(50)) {
    const giver = enterable(entity).find((place) => place !== taker);
    if (giver !== undefined) {
      const source: DraftField = {
        ...placed(draft, bareField(`${letter}Limited`, { name: 'String', nonNull: draw.chance(40) }), [
          giver,
        ]),
        args: [{ name: 'limit', type: { name: 'Int', nonNull: false }, defaultValue: '7' }],
        needed: true,
      };
      source.placements[taker] = { external: true };
      entity.fields.push(source);
      needs.push({ field: source.name, args: `limit: ${draw.between(1, 3)}` });
      if (draw.chance(40)) {
        const other = { field: source.name, args: `limit: ${draw.between(4, 6)}` };
        entity.fields.push(requiring(draft, `${letter}NeedsToo`, taker, [other]));
      }
    }
  }
  if (needs.length === 0) return;
  const field = requiring(draft, `${letter}Needs`, taker, needs);
  entity.fields.push(field);
  const last = enterable(entity).find((place) => place !== taker);
  if (last !== undefined && draw.chance(35) && canBeNeeded(draft, field, last)) {
    entity.fields.push(requiring(draft, `${letter}Chained`, last, [need(draft, field, last)]));
  }
}

function requiring(draft: Draft, name: string, subgraph: string, requires: readonly Needed[]): DraftField {
  const field = placed(draft, newField(draft, name, { name: 'String', nonNull: draft.draw.chance(25) }), [
    subgraph,
  ]);
  field.placements[subgraph] = { requires };
  return field;
}

/** Of another subgraph, and nothing that can itself be reached in several ways. */
function canBeNeeded({ objects }: Draft, field: DraftField, taker: string): boolean {
  if (field.keyPart !== undefined || field.everywhere === true || field.args.some(({ type }) => type.nonNull))
    return false;
  const placements = Object.values(field.placements);
  if (field.placements[taker] !== undefined || placements.length !== 1) return false;
  if (placements.some(({ override, weaker }) => override !== undefined || weaker === true)) return false;
  const target = objects.find((object) => object.name === named(field.type));
  return target === undefined ? !/^(?:Thing|Any|Media)$/.test(named(field.type)) : target.kind === 'value';
}

function need(draft: Draft, source: DraftField, taker: string): Needed {
  source.needed = true;
  source.flaky = false;
  source.placements[taker] = { external: true };
  const target = draft.objects.find((object) => object.name === named(source.type));
  if (target === undefined) return { field: source.name };
  const inner = draft.draw.some(target.fields.filter(({ args }) => args.length === 0));
  for (const field of target.fields) {
    field.needed = true;
    field.flaky = false;
  }
  const of = inner.map((field): Needed => {
    const deeper = draft.objects.find((object) => object.name === named(field.type));
    return deeper === undefined ? { field: field.name } : need(draft, field, 'nowhere');
  });
  return { field: source.name, of };
}

/** A field of its own moves, or is about to move, to another subgraph. */
function addOverride(draft: Draft, entity: DraftObject): void {
  const { draw } = draft;
  const candidates = entity.fields.filter(
    ({ placements, needed, keyPart, everywhere, name, type }) =>
      Object.keys(placements).length === 1 &&
      needed !== true &&
      keyPart === undefined &&
      everywhere !== true &&
      name !== 'common' &&
      name !== 'mediaTitle' &&
      Object.values(placements).every(({ requires }) => requires === undefined) &&
      draft.objects.every((object) => object.name !== named(type)) &&
      !/^(?:Thing|Any|Media)$/.test(named(type)),
  );
  if (candidates.length === 0) return;
  const field = draw.pick(candidates);
  const [from = ''] = Object.keys(field.placements);
  const takers = enterable(entity).filter((place) => place !== from && field.placements[place] === undefined);
  if (takers.length === 0) return;
  const label = draw.pick(['', 'percent(0)', 'percent(100)']);
  field.placements[draw.pick(takers)] = { override: { from, ...(label !== '' && { label }) } };
}

/** A field that returns an entity lends, on this path only, a field that another subgraph owns. */
function addProvides(draft: Draft): void {
  const { draw, objects } = draft;
  for (const object of objects.filter(({ kind }) => kind !== 'value')) {
    for (const field of object.fields) {
      const target = objects.find((each) => each.name === named(field.type) && each.kind === 'entity');
      const [place, ...more] = Object.keys(field.placements);
      if (target === undefined || place === undefined || more.length > 0 || !draw.chance(45)) continue;
      const provided = lendNested(draft, target, place) ?? lend(draft, target, place);
      const own = field.placements[place];
      if (own !== undefined && provided !== undefined) own.provides = [provided];
    }
  }
}

function lend(draft: Draft, target: DraftObject, place: string): Needed | undefined {
  const { draw, objects } = draft;
  const lent = target.fields.filter(
    (field) => mayBeLent(field, place) && objects.every(({ name }) => name !== named(field.type)),
  );
  if (lent.length === 0) return undefined;
  const picked = draw.pick(lent);
  for (const owner of Object.values(picked.placements)) owner.shareable = true;
  picked.placements[place] = { external: true };
  target.isLent = true;
  return { field: picked.name };
}

/** A field of an entity that the entity leads to. */
function lendNested(draft: Draft, target: DraftObject, place: string): Needed | undefined {
  const { draw, objects } = draft;
  if (!draw.chance(60)) return undefined;
  const ways = target.fields.flatMap((field) => {
    const next = objects.find(({ name, kind }) => kind === 'entity' && name === named(field.type));
    const isOwn = Object.keys(field.placements).join() === place && field.args.length === 0;
    const isKnown = next !== undefined && next !== target && next.presence[place] !== undefined;
    return isKnown && (isOwn || mayBeLent(field, place)) ? [{ field, next, isOwn }] : [];
  });
  if (ways.length === 0) return undefined;
  const { field, next, isOwn } = draw.pick(ways);
  const inner = lend(draft, next, place);
  if (inner === undefined) return undefined;
  if (!isOwn) {
    for (const owner of Object.values(field.placements)) owner.shareable = true;
    field.placements[place] = { external: true };
  }
  target.isLent = true;
  return { field: field.name, of: [inner] };
}

function mayBeLent(
  { name, keyPart, everywhere, args, type, placements }: DraftField,
  place: string,
): boolean {
  return (
    keyPart === undefined &&
    everywhere !== true &&
    name !== 'common' &&
    name !== 'mediaTitle' &&
    args.length === 0 &&
    placements[place] === undefined &&
    !/^(?:Thing|Any|Media)$/.test(named(type)) &&
    Object.values(placements).length === 1 &&
    Object.values(placements).every(
      ({ requires, provides }) => requires === undefined && provides === undefined,
    )
  );
}

/** What only subgraphs know the type of, required by a field that clients see. */
function addHiddenType(draft: Draft, entity: DraftObject): void {
  const { draw, objects, unions } = draft;
  const [taker, giver] = enterable(entity);
  if (taker === undefined || giver === undefined) return;
  const plain = (name: string) => newField(draft, name, { ...scalarType(draw), nonNull: draw.chance(35) });
  const fields = [{ ...plain('vaultPlain'), args: [] }, plain('vaultMore')];
  objects.push({
    name: 'Vault',
    kind: 'value',
    identity: 'Vault',
    home: '',
    presence: {},
    hidden: true,
    fields,
  });
  const vault = placed(draft, bareField('vault', wrap(draw, 'Vault')), [giver]);
  vault.hidden = true;
  for (const field of fields) field.args = field.args.filter(({ type }) => !type.nonNull);
  entity.fields.push(vault, requiring(draft, 'vaultNeeds', taker, [need(draft, vault, taker)]));
  const [union] = unions;
  if (union !== undefined && draw.chance(60)) union.members.push('Vault');
}

/**
 * A subgraph that adds fields to an entity need not know all that there are. Only where nothing else follows from it: no
 * other key is got there, and nobody else has its fields.
 */
function addUnknown({ draw }: Draft, { home, fields, presence, isLent }: DraftObject): void {
  const keys = new Set(Object.values(presence).flatMap((each) => each.keys.map((key) => key.fields)));
  if (keys.size > 1 || isLent === true || fields.some(({ everywhere }) => everywhere === true)) return;
  const isAlone = (place: string) =>
    fields.every(({ placements }) => placements[place] === undefined || Object.keys(placements).length === 1);
  const places = Object.keys(presence).filter(
    (place) => place !== home && presence[place]?.keys[0]?.resolvable === true && isAlone(place),
  );
  const place = presence[places[0] ?? ''];
  if (place !== undefined) place.unknown = draw.int(4);
}

/** Items that take an argument from the entity above them. */
function addContext(draft: Draft, entity: DraftObject): void {
  const { draw, objects } = draft;
  const place = draw.pick(enterable(entity));
  const presence = entity.presence[place];
  if (presence === undefined) return;
  presence.context = 'above';
  const source = placed(draft, bareField('contextSource', { name: 'String', nonNull: draw.chance(50) }), [
    place,
  ]);
  const taking = placed(draft, newField(draft, 'contextual', { name: 'String', nonNull: false }), [place]);
  taking.flaky = false;
  taking.placements[place] = { fromContext: { arg: 'given', context: 'above', field: 'contextSource' } };
  const id: DraftField = { ...bareField('id', { name: 'ID', nonNull: true }), keyPart: 'id' };
  const keys = [{ fields: 'id', resolvable: true }];
  const fields = [id, taking];
  objects.push({
    name: 'Item',
    kind: 'entity',
    identity: 'Item',
    home: place,
    presence: { [place]: { keys } },
    fields,
  });
  const items = { list: { name: 'Item', nonNull: true }, nonNull: false };
  entity.fields.push({ ...source, needed: true }, placed(draft, bareField('items', items), [place]));
}

/** Fields that only subgraphs see. */
function hide({ draw, objects }: Draft): void {
  for (const object of objects) {
    for (const field of object.fields) {
      const free =
        field.keyPart === undefined &&
        field.everywhere !== true &&
        !/^(?:common|mediaTitle)$/.test(field.name);
      if (object.kind === 'entity' && free && draw.chance(6)) field.hidden = true;
      if (free && draw.chance(10)) field.deprecated = true;
      if (free && draw.chance(5) && Object.keys(field.placements).length === 1 && field.needed !== true) {
        field.args = [
          ...field.args,
          { name: 'hiddenArg', type: { name: 'Int', nonNull: false }, hidden: true },
        ];
      }
    }
  }
}
