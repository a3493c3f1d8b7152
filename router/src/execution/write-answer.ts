/**
 * Writes the answer's `data` straight as JSON from the positions, with the nulls that the schema demands (GraphQL
 * specification, 6.4.4). It is written once at full speed; only where something did not fit is it written a second time
 * with paths, to say what. No objects that JSON.stringify then walks: 0.76 against 1.28 CPU seconds per 1,000 of the
 * benchmark's deep queries (measured on a prototype).
 */
import { JsonBytes } from './json-bytes.js';
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
  /** `{"data":` … `}`, as JSON in UTF-8; `null` where a null has reached the root. */
  readonly response: Buffer | null;
  readonly problems: readonly Problem[];
}

/** What stands before the data in it. */
export const beforeData = '{"data":';

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
  const beginning = { object: root, typename: root.type.name, position, path: [], dataPath: [] };
  return write(beginning, results, variables, null);
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
  /** Of objects that are in it; not of those that a null has taken out. */
  readonly deferred: readonly DeferredPlace[];
}

/** Writes one object of an answer that comes in parts. */
export function writePart(
  beginning: Beginning,
  results: Results,
  variables: Readonly<Record<string, unknown>>,
): WrittenPart {
  const deferred: DeferredPlace[] = [];
  const written = write(beginning, results, variables, deferred);
  if (written.response === null) deferred.length = 0;
  return { ...written, deferred };
}

function write(
  beginning: Beginning,
  results: Results,
  variables: Readonly<Record<string, unknown>>,
  places: DeferredPlace[] | null,
): WrittenAnswer {
  const { object, typename, position } = beginning;
  const json = begun();
  const fast = new Writer(json, results, variables, { problems: null, places, ...beginning });
  json.ascii(beforeData);
  const isWhole = fast.object(object, typename, position);
  json.byte(closeBrace);
  const response = isWhole ? json.copy() : null;
  const problems: Problem[] = [];
  if (fast.isFlawed) {
    const slow = new Writer(begun(), results, variables, { problems, places: null, ...beginning });
    slow.object(object, typename, position);
  }
  return { response, problems };
}

/** Whatever is written is written at one go, so one place to write to is enough for all. */
const scratch = new JsonBytes(1 << 16);

function begun(): JsonBytes {
  scratch.clear();
  return scratch;
}

/** Whether a value, perhaps null, has been written; `false` where the place cannot stay and its parent has to go. */
type Written = boolean;

interface WriterOptions extends Pick<Beginning, 'path' | 'dataPath'> {
  /** `null`: only whether there are any. */
  readonly problems: Problem[] | null;
  /** Gets the places of later parts; `null`: there are none. */
  readonly places: DeferredPlace[] | null;
}

class Writer {
  isFlawed = false;
  private readonly path: (string | number)[];
  private readonly dataPath: (string | number)[];
  private readonly problems: Problem[] | null;
  private readonly places: DeferredPlace[] | null;
  private readonly keepsPath: boolean;
  /** By the fetch that identifies objects: where each of its entities has been written, its beginning and its end. */
  private readonly known = new Map<ObjectShape, number[]>();
  /** Of types whose order depends on variables. */
  private readonly orders = new Map<TypeShape, readonly FieldShape[]>();

  constructor(
    private readonly json: JsonBytes,
    private readonly results: Results,
    private readonly variables: Readonly<Record<string, unknown>>,
    { path, dataPath, problems, places }: WriterOptions,
  ) {
    this.path = [...path];
    this.dataPath = [...dataPath];
    this.problems = problems;
    this.places = places;
    this.keepsPath = problems !== null || places !== null;
  }

  /** What it has written is to be taken back where it cannot stay. */
  object(shape: ObjectShape, typename: string, position: Position): Written {
    const type = shape.forType(typename);
    return type !== null && this.writeFields(type, position);
  }

  private writeFields(type: TypeShape, position: Position): Written {
    const { json } = this;
    if (this.places !== null) this.notePlaces(type, this.places);
    const fields = type.isReordered ? this.ordered(type) : type.fields;
    let separator = openBrace;
    for (const field of fields) {
      if (field.guards !== null && !holds(field.guards, this.variables)) continue;
      json.byte(separator);
      separator = comma;
      json.ascii(field.label);
      const isWritten = this.keepsPath ? this.fieldAt(field, position) : this.writeField(field, position);
      if (!isWritten) return false;
    }
    if (separator === openBrace) json.byte(openBrace);
    json.byte(closeBrace);
    return true;
  }

  private ordered(type: TypeShape): readonly FieldShape[] {
    let fields = this.orders.get(type);
    if (fields === undefined) {
      fields = inOrder(type.fields, this.variables);
      this.orders.set(type, fields);
    }
    return fields;
  }

  // Apart, as is all that makes functions: what they refer to costs memory at each call, even where they are not made.
  private fieldAt(field: FieldShape, position: Position): Written {
    const key = field.kind === 'data' ? field.key : field.responseName;
    return this.at(field.responseName, key, () => this.writeField(field, position));
  }

  private itemAt(index: number, writeItem: (index: number) => Written): Written {
    return this.at(index, index, () => writeItem(index));
  }

  /** One step further down. Of what becomes null there, nothing comes later. */
  private at(step: string | number, key: string | number, write: () => Written): Written {
    const { places, json } = this;
    const before = places?.length ?? 0;
    const start = json.length;
    this.path.push(step);
    this.dataPath.push(key);
    const isWritten = write();
    this.path.pop();
    this.dataPath.pop();
    if (places !== null && (!isWritten || json.isNull(start))) places.length = before;
    return isWritten;
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
        else this.json.ascii(field.text);
        return field.text !== null;
      case 'introspection':
        this.json.text(field.text(this.variables));
        return true;
      case 'data':
        return this.writeData(field, position);
    }
  }

  private writeData(field: DataField, position: Position): Written {
    const { value: shape, key, slots } = field;
    const object = objectOf(shape);
    if (object !== null && object.inheritedSlot === null && slots.length > 1)
      return this.writeMany(shape, object, valuesOf(position, key), field);
    return this.writeOne(shape, readValue(position, slots, key), field);
  }

  /** The value is in one source's answer, or is a leaf. */
  private writeOne(shape: ValueShape, value: unknown, field: DataField): Written {
    if (value === undefined || value === null) return this.writeNull(shape, field);
    switch (shape.kind) {
      case 'leaf':
        return shape.write(value, this.json) || this.refuse('value', shape, field);
      case 'object':
        if (!isJsonObject(value)) return this.refuse('shape', shape, field);
        return this.writeObject(shape, shape.object, value, field);
      case 'list':
        if (!Array.isArray(value)) return this.refuse('shape', shape, field);
        return this.writeItems(shape, shape.item, value, field);
    }
  }

  private writeItems(
    shape: ValueShape,
    item: ValueShape,
    values: readonly unknown[],
    field: DataField,
  ): Written {
    return this.writeList(shape, values.length, (index) => this.writeOne(item, values[index], field));
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
    const { json } = this;
    const start = json.length;
    let isWhole = true;
    json.byte(openBracket);
    for (let index = 0; index < length; index += 1) {
      if (index > 0) json.byte(comma);
      if (this.keepsPath ? this.itemAt(index, writeItem) : writeItem(index)) continue;
      isWhole = false;
      if (this.problems === null) break;
    }
    json.byte(closeBracket);
    return isWhole || this.takeBack(shape, start);
  }

  private writeObject(shape: ValueShape, object: ObjectShape, value: JsonObject, field: DataField): Written {
    const { node, inheritedSlot, identifiedBy } = object;
    const slot = inheritedSlot ?? 0;
    if (node.sources.length === 1) return this.writePosition(shape, object, [value], field);
    // What has been taken back may be written over, so nothing of it can be repeated.
    if (identifiedBy !== null && !this.keepsPath && !this.isFlawed) {
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
    let ranges = this.known.get(object);
    if (ranges === undefined) {
      ranges = [];
      this.known.set(object, ranges);
    }
    const { json } = this;
    const end = ranges[2 * entity + 1];
    if (end !== undefined) {
      json.repeat(ranges[2 * entity] ?? end, end);
      return true;
    }
    const start = json.length;
    const position = this.results.positionOf(object.node, object.inheritedSlot ?? 0, value);
    const isWritten = this.writePosition(shape, object, position, field);
    ranges[2 * entity] = start;
    ranges[2 * entity + 1] = json.length;
    return isWritten;
  }

  private writePosition(
    shape: ValueShape,
    object: ObjectShape,
    position: Position,
    field: DataField,
  ): Written {
    const typename = this.results.typename(position);
    const type = object.forType(typename);
    if (type === null || this.isUnknown(type)) return this.refuse('typename', shape, field);
    const start = this.json.length;
    return this.writeFields(type, position) || this.takeBack(shape, start);
  }

  private isUnknown({ unknownWhere }: TypeShape): boolean {
    return unknownWhere !== null && holds(unknownWhere, this.variables);
  }

  /** The value cannot stay, and the place has a null instead where it may be null. */
  private takeBack(shape: ValueShape, start: number): Written {
    this.json.backTo(start);
    if (shape.isNonNull) return false;
    this.json.ascii('null');
    return true;
  }

  private writeNull(shape: ValueShape, field: DataField): Written {
    if (shape.isNonNull) this.note('null', field, true);
    else this.json.ascii('null');
    return !shape.isNonNull;
  }

  /** What does not fit is as if it were null. */
  private refuse(kind: ProblemKind, shape: ValueShape, field: DataField): Written {
    this.note(kind, field, shape.isNonNull);
    return this.takeBack(shape, this.json.length);
  }

  private note(kind: ProblemKind, field: DataField | TypenameField, goesUp: boolean): void {
    this.isFlawed = true;
    const subgraph = field.kind === 'data' ? field.subgraph : undefined;
    this.problems?.push({ kind, path: [...this.path], coordinate: field.coordinate, subgraph, goesUp });
  }
}

function valuesOf(position: Position, key: string): unknown[] {
  return position.map((source) => source?.[key]);
}

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
