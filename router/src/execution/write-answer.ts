/**
 * Writes the answer's `data` straight as JSON text from the positions, with the nulls that the schema demands
 * (GraphQL specification, 6.4.4). It is written once at full speed; only where something did not fit is it written a
 * second time with paths, to say what. Text instead of objects that JSON.stringify then walks: 0.76 against 1.28 CPU
 * seconds per 1,000 of the benchmark's deep queries (measured on a prototype).
 */
import { isJsonObject, type JsonObject } from './json-text.js';
import { readValue } from './representations.js';
import type { Position, Results } from './results.js';
import { holds, inOrder } from './selections.js';
import {
  objectOf,
  type DataField,
  type DeferredShape,
  type FieldShape,
  type ObjectShape,
  type TypenameField,
  type TypeShape,
  type ValueShape,
} from './shape.js';

export interface WrittenAnswer {
  /** JSON; `null` where a null has reached the root. */
  readonly text: string;
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly kind: ProblemKind;
  /** Of the client's answer. */
  readonly path: readonly (string | number)[];
  /** `Type.field`. */
  readonly coordinate: string;
  /** Whose answer it is, where that is known. */
  readonly subgraph: string | undefined;
  /** Whether more than the place itself is lost. */
  readonly goesUp: boolean;
}

/** A null, or nothing, where there must be a value; a list or object where there is none; a value that the type does not have. */
export type ProblemKind = 'null' | 'shape' | 'value' | 'typename';

export function writeAnswer(
  root: ObjectShape,
  results: Results,
  variables: Readonly<Record<string, unknown>>,
): WrittenAnswer {
  const position = results.rootPosition(root.node);
  const fast = new Writer(results, variables, null);
  const text = fast.object(root, root.type.name, position) ?? 'null';
  if (!fast.isFlawed) return { text, problems: [] };
  const problems: Problem[] = [];
  new Writer(results, variables, problems).object(root, root.type.name, position);
  return { text, problems };
}

/** Where in the answer something of an object comes in a later part. */
export interface DeferredPlace {
  readonly shape: DeferredShape;
  /** The object's type. */
  readonly typename: string;
  /** Of the client's answer. */
  readonly path: readonly (string | number)[];
  /** The same by the keys of the fetches' answers. */
  readonly dataPath: readonly (string | number)[];
}

/** An object that an answer or a later part of it begins with. */
export type Beginning = Pick<DeferredPlace, 'typename' | 'path' | 'dataPath'> & {
  readonly object: ObjectShape;
  readonly position: Position;
};

export interface WrittenPart extends WrittenAnswer {
  /** Of objects that are in the text; not of those that a null has taken out. */
  readonly deferred: readonly DeferredPlace[];
}

/** Writes one object of an answer that comes in parts. */
export function writePart(
  beginning: Beginning,
  results: Results,
  variables: Readonly<Record<string, unknown>>,
): WrittenPart {
  const { object, typename, position } = beginning;
  const deferred: DeferredPlace[] = [];
  const fast = new Writer(results, variables, null, { ...beginning, places: deferred });
  const text = fast.object(object, typename, position);
  if (text === null) deferred.length = 0;
  const problems: Problem[] = [];
  if (fast.isFlawed) new Writer(results, variables, problems, beginning).object(object, typename, position);
  return { text: text ?? 'null', problems, deferred };
}

/** What a write gives: text, or `null` where the place cannot stay and its parent has to go. */
type Written = string | null;

interface PartOptions {
  readonly path: readonly (string | number)[];
  readonly dataPath: readonly (string | number)[];
  /** Gets the places of later parts; `undefined`: there are none. */
  readonly places?: DeferredPlace[];
}

const wholeAnswer: PartOptions = { path: [], dataPath: [] };

class Writer {
  isFlawed = false;
  private readonly path: (string | number)[];
  private readonly dataPath: (string | number)[];
  private readonly places: DeferredPlace[] | null;
  private readonly keepsPath: boolean;
  /** By the fetch that identifies objects: the text of each of its entities. */
  private readonly known = new Map<ObjectShape, Written[]>();
  /** Of types whose order depends on variables. */
  private readonly orders = new Map<TypeShape, readonly FieldShape[]>();

  constructor(
    private readonly results: Results,
    private readonly variables: Readonly<Record<string, unknown>>,
    /** `null`: only whether there are any. */
    private readonly problems: Problem[] | null,
    { path, dataPath, places }: PartOptions = wholeAnswer,
  ) {
    this.path = [...path];
    this.dataPath = [...dataPath];
    this.places = places ?? null;
    this.keepsPath = problems !== null || this.places !== null;
  }

  object(shape: ObjectShape, typename: string, position: Position): Written {
    const type = shape.forType(typename);
    return type === null ? null : this.writeFields(type, position);
  }

  private writeFields(type: TypeShape, position: Position): Written {
    let text = '{';
    if (this.places !== null) this.notePlaces(type, this.places);
    const fields = type.isReordered ? this.ordered(type) : type.fields;
    for (const field of fields) {
      if (field.guards !== null && !holds(field.guards, this.variables)) continue;
      const value = this.keepsPath
        ? this.at(field.responseName, field.kind === 'data' ? field.key : field.responseName, () =>
            this.writeField(field, position),
          )
        : this.writeField(field, position);
      if (value === null) return null;
      text += text.length === 1 ? field.label + value : `,${field.label}${value}`;
    }
    return `${text}}`;
  }

  private ordered(type: TypeShape): readonly FieldShape[] {
    let fields = this.orders.get(type);
    if (fields === undefined) {
      fields = inOrder(type.fields, this.variables);
      this.orders.set(type, fields);
    }
    return fields;
  }

  /** One step further down. Of what becomes null there, nothing comes later. */
  private at(step: string | number, key: string | number, write: () => Written): Written {
    const { places } = this;
    const before = places?.length ?? 0;
    this.path.push(step);
    this.dataPath.push(key);
    const text = write();
    this.path.pop();
    this.dataPath.pop();
    if (places !== null && (text === null || text === 'null')) places.length = before;
    return text;
  }

  private notePlaces({ name, deferred }: TypeShape, places: DeferredPlace[]): void {
    for (const shape of deferred) {
      if (shape.guards !== null && !holds(shape.guards, this.variables)) continue;
      places.push({ shape, typename: name, path: [...this.path], dataPath: [...this.dataPath] });
    }
  }

  private writeField(field: FieldShape, position: Position): Written {
    switch (field.kind) {
      case 'typename':
        if (field.text === null) this.note('null', field, true);
        return field.text;
      case 'introspection':
        return field.text(this.variables);
      case 'data':
        return this.writeData(field, position);
    }
  }

  private writeData(field: DataField, position: Position): Written {
    const { value: shape, key, slots } = field;
    const object = objectOf(shape);
    if (object !== null && object.inheritedSlot === null && slots.length > 1) {
      return this.writeMany(
        shape,
        object,
        position.map((source) => source?.[key]),
        field,
      );
    }
    return this.writeOne(shape, readValue(position, slots, key), field);
  }

  /** The value is in one source's answer, or is a leaf. */
  private writeOne(shape: ValueShape, value: unknown, field: DataField): Written {
    if (value === undefined || value === null) return this.writeNull(shape, field);
    switch (shape.kind) {
      case 'leaf': {
        const text = shape.write(value);
        return text ?? this.refuse('value', shape, field);
      }
      case 'object':
        if (!isJsonObject(value)) return this.refuse('shape', shape, field);
        return this.writeObject(shape, shape.object, value, field);
      case 'list':
        if (!Array.isArray(value)) return this.refuse('shape', shape, field);
        return this.writeList(shape, value.length, (index) => this.writeOne(shape.item, value[index], field));
    }
  }

  /** The value's parts are in several sources' answers, side by side. */
  private writeMany(
    shape: ValueShape,
    object: ObjectShape,
    values: readonly unknown[],
    field: DataField,
  ): Written {
    if (values.every((value) => value === undefined || value === null)) return this.writeNull(shape, field);
    if (shape.kind === 'list') {
      const list = values.find((value): value is readonly unknown[] => Array.isArray(value));
      if (list === undefined) return this.refuse('shape', shape, field);
      return this.writeList(shape, list.length, (index) => {
        const items = values.map((value: unknown): unknown =>
          Array.isArray(value) ? value[index] : undefined,
        );
        return this.writeMany(shape.item, object, items, field);
      });
    }
    const position = this.results.childPosition(object.node, values);
    if (position === null) return this.refuse('shape', shape, field);
    return this.writePosition(shape, object, position, field);
  }

  private writeList(shape: ValueShape, length: number, writeItem: (index: number) => Written): Written {
    let text = '[';
    let isWhole = true;
    for (let index = 0; index < length; index += 1) {
      const item = this.keepsPath ? this.at(index, index, () => writeItem(index)) : writeItem(index);
      if (item === null) {
        isWhole = false;
        if (this.problems === null) break;
      }
      text += index === 0 ? (item ?? '') : `,${item ?? ''}`;
    }
    if (!isWhole) return shape.isNonNull ? null : 'null';
    return `${text}]`;
  }

  private writeObject(shape: ValueShape, object: ObjectShape, value: JsonObject, field: DataField): Written {
    const { node, inheritedSlot, identifiedBy } = object;
    const slot = inheritedSlot ?? 0;
    if (node.sources.length === 1) return this.writePosition(shape, object, [value], field);
    if (identifiedBy !== null && !this.keepsPath) {
      const entity = this.results.of(identifiedBy)?.hosts?.get(value);
      if (entity !== undefined) return this.writeKnown(shape, object, entity, value, field);
    }
    return this.writePosition(shape, object, this.results.positionOf(node, slot, value), field);
  }

  private writeKnown(
    shape: ValueShape,
    object: ObjectShape,
    entity: number,
    value: JsonObject,
    field: DataField,
  ): Written {
    let texts = this.known.get(object);
    if (texts === undefined) {
      texts = [];
      this.known.set(object, texts);
    }
    const known = texts[entity];
    if (known !== undefined) return known;
    const position = this.results.positionOf(object.node, object.inheritedSlot ?? 0, value);
    const text = this.writePosition(shape, object, position, field);
    texts[entity] = text;
    return text;
  }

  private writePosition(
    shape: ValueShape,
    object: ObjectShape,
    position: Position,
    field: DataField,
  ): Written {
    const typename = this.results.typename(position);
    const type = object.forType(typename);
    if (type === null) return this.refuse('typename', shape, field);
    const text = this.writeFields(type, position);
    return text ?? (shape.isNonNull ? null : 'null');
  }

  private writeNull(shape: ValueShape, field: DataField): Written {
    if (!shape.isNonNull) return 'null';
    this.note('null', field, true);
    return null;
  }

  /** What does not fit is as if it were null. */
  private refuse(kind: ProblemKind, shape: ValueShape, field: DataField): Written {
    this.note(kind, field, shape.isNonNull);
    return shape.isNonNull ? null : 'null';
  }

  private note(kind: ProblemKind, field: DataField | TypenameField, goesUp: boolean): void {
    this.isFlawed = true;
    const subgraph = field.kind === 'data' ? field.subgraph : undefined;
    this.problems?.push({ kind, path: [...this.path], coordinate: field.coordinate, subgraph, goesUp });
  }
}
