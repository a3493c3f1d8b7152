/**
 * Whether a subgraph's data has the shape that was asked for: an object where fields were selected, a list where the
 * schema has a list. What follows (merging, `@key` look-ups, shaping) relies on it, and would lose the whole answer
 * over one wrong value; here the wrong value becomes null, with an error at its own path.
 *
 * Leaves are left alone: a custom scalar may be anything, and the values of the others are checked against the API
 * schema when the answer is shaped.
 */
import type { Schema } from '@apollo/federation-internals';
import { Kind, parse, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import type { ErrorPath } from './subgraph-error.js';

/** The fields of one object, by response name. All types that may be there share one: names that overlap must agree. */
export type ObjectShape = ReadonlyMap<string, FieldShape>;

interface FieldShape {
  readonly listDepth: number;
  /** `null`: a leaf. */
  readonly object: ObjectShape | null;
}

/** @param operation as it is sent to the subgraph whose schema this is */
export function compileShape(operation: string, schema: Schema): ObjectShape {
  const document = parse(operation, { noLocation: true });
  const root = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const shape = new Map<string, FieldShape>();
  if (root === undefined) return shape;
  const rootType = schema.schemaDefinition.rootType(root.operation)?.name;
  collect(root.selectionSet, rootType, { schema, fragments: fragmentsOf(document) }, shape);
  return shape;
}

/** Puts null where the data has another shape than was asked for, and gives the paths of these places. */
export function nullMisshapen(data: Record<string, unknown>, shape: ObjectShape): ErrorPath[] {
  const misshapen: ErrorPath[] = [];
  checkObject(data, shape, [], misshapen);
  return misshapen;
}

interface CompileContext {
  readonly schema: Schema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function collect(
  selectionSet: SelectionSetNode,
  typeName: string | undefined,
  context: CompileContext,
  into: Map<string, FieldShape>,
): void {
  for (const selection of selectionSet.selections) {
    switch (selection.kind) {
      case Kind.FIELD: {
        const name = selection.alias?.value ?? selection.name.value;
        const type = fieldType(context.schema, typeName, selection.name.value);
        const object = new Map(into.get(name)?.object ?? []);
        if (selection.selectionSet) collect(selection.selectionSet, namedType(type), context, object);
        into.set(name, {
          listDepth: selection.name.value === '_entities' ? 1 : listDepth(type),
          object: selection.selectionSet ? object : null,
        });
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, context, into);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const fragment = context.fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet, fragment.typeCondition.name.value, context, into);
        break;
      }
    }
  }
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition]),
  );
}

/** In GraphQL's notation, such as `[Review!]!`; `undefined` for what the schema does not know. */
function fieldType(schema: Schema, typeName: string | undefined, fieldName: string): string | undefined {
  const type = typeName === undefined ? undefined : schema.type(typeName);
  if (type?.kind !== 'ObjectType' && type?.kind !== 'InterfaceType') return undefined;
  return type.field(fieldName)?.type?.toString();
}

function listDepth(type: string | undefined): number {
  return type?.match(/\[/g)?.length ?? 0;
}

function namedType(type: string | undefined): string | undefined {
  return type?.replace(/[[\]!]/g, '');
}

function checkObject(
  data: Record<string, unknown>,
  shape: ObjectShape,
  path: ErrorPath,
  misshapen: ErrorPath[],
): void {
  for (const [name, field] of shape) {
    const value = data[name];
    if (value === undefined || value === null) continue;
    if (name === '__typename' && typeof value !== 'string') {
      data[name] = null;
      misshapen.push([...path, name]);
    } else if (!hasShape(value, field, field.listDepth, [...path, name], misshapen)) {
      data[name] = null;
    }
  }
}

/** @returns whether the value may stay; what is wrong deeper inside is nulled there */
function hasShape(
  value: unknown,
  field: FieldShape,
  depth: number,
  path: ErrorPath,
  misshapen: ErrorPath[],
): boolean {
  if (depth > 0) {
    if (!Array.isArray(value)) return refuse(path, misshapen);
    value.forEach((item: unknown, index) => {
      if (item === null) return;
      if (!hasShape(item, field, depth - 1, [...path, index], misshapen)) value[index] = null;
    });
    return true;
  }
  if (field.object === null) return true;
  if (!isRecord(value)) return refuse(path, misshapen);
  checkObject(value, field.object, path, misshapen);
  return true;
}

function refuse(path: ErrorPath, misshapen: ErrorPath[]): false {
  misshapen.push(path);
  return false;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
