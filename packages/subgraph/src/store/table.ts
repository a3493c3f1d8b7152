// What the reads need to know of an entity's table, taken from TypeORM's metadata once per store.
import type { EntityMetadata } from 'typeorm';
import { quoteName } from './statement.js';

type ColumnMetadata = EntityMetadata['columns'][number];

/** A column as a statement names it and a row has it. */
export interface TableColumn {
  /** The entity's property, which is also the name of the column in rows. */
  readonly property: string;
  /** Its name in PostgreSQL. */
  readonly name: string;
  /** The same, quoted. */
  readonly sql: string;
  /** PostgreSQL's name of the type, without length, as it is written in a cast. */
  readonly type: string;
  readonly nullable: boolean;
  /** From the stored value to the entity's, when the column declares a transformer. */
  readonly fromStore: ((value: unknown) => unknown) | null;
  /** From the entity's value to the stored one, when the column declares a transformer. */
  readonly toStore: ((value: unknown) => unknown) | null;
}

/** An entity's table. */
export interface Table {
  readonly entityName: string;
  /** Its name in PostgreSQL, with its schema when it is not the default one. */
  readonly name: string;
  /** Quoted, with its schema when it is not the default one. */
  readonly sql: string;
  readonly columns: ReadonlyMap<string, TableColumn>;
  readonly primaryKey: readonly string[];
  /** Getters of the entity class: a field named like one needs a hydrated row. */
  readonly getters: ReadonlySet<string>;
  readonly prototype: object;
}

/** Throws a TypeError for an entity that the reads cannot serve: a schema object, or a column of a type of TypeORM's own. */
export function tableOf(metadata: EntityMetadata): Table {
  if (typeof metadata.target !== 'function') {
    throw new TypeError(`expected the entity ${metadata.name} to be a class but got a schema object`);
  }
  const prototype = metadata.target.prototype as object;
  return {
    entityName: metadata.name,
    name: metadata.tablePath,
    sql: metadata.tablePath.split('.').map(quoteName).join('.'),
    columns: new Map(metadata.columns.map((column) => [column.propertyPath, tableColumn(metadata, column)])),
    primaryKey: metadata.primaryColumns.map((column) => column.propertyPath),
    getters: gettersOf(prototype),
    prototype,
  };
}

function tableColumn(metadata: EntityMetadata, column: ColumnMetadata): TableColumn {
  const transformers = [column.transformer ?? []].flat();
  const isTransformed = transformers.length > 0;
  return {
    property: column.propertyPath,
    name: column.databaseName,
    sql: quoteName(column.databaseName),
    type: typeName(column, `${metadata.name}.${column.propertyPath}`),
    nullable: column.isNullable,
    fromStore: isTransformed
      ? (value) => transformers.reduceRight((current: unknown, each) => each.from(current) as unknown, value)
      : null,
    toStore: isTransformed
      ? (value) => transformers.reduce((current: unknown, each) => each.to(current) as unknown, value)
      : null,
  };
}

/** The column of a property, or a sentence about what was expected. */
export function columnOf(table: Table, property: string): TableColumn {
  const column = table.columns.get(property);
  if (column === undefined) {
    const known = [...table.columns.keys()].join(', ');
    throw new TypeError(`expected a column of ${table.entityName} (${known}) but got "${property}"`);
  }
  return column;
}

/** Those of the class and of what it extends. */
function gettersOf(prototype: object): ReadonlySet<string> {
  const getters = new Set<string>();
  for (
    let level: unknown = prototype;
    typeof level === 'object' && level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      if (descriptor.get !== undefined) getters.add(name);
  }
  return getters;
}

/**
 * TypeORM lets a column's type be written in several ways; casts need PostgreSQL's, and one that has no length of its own:
 * `'ab'::character` is `'a'`.
 */
const typeAliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  varchar: 'character varying',
  char: 'bpchar',
  character: 'bpchar',
  bit: 'varbit',
  timestamptz: 'timestamp with time zone',
  decimal: 'numeric',
  bool: 'boolean',
};

function typeName({ type, enumName }: ColumnMetadata, coordinate: string): string {
  if (typeof type !== 'string') {
    throw new TypeError(
      `expected ${coordinate} to name its type explicitly, as in @Column({ type: "text" }), but got none`,
    );
  }
  if (type.startsWith('simple-')) {
    throw new TypeError(
      `expected ${coordinate} to have a type of PostgreSQL, such as text[] or jsonb, but got ${type}`,
    );
  }
  if (type !== 'enum') return typeAliases[type] ?? type;
  if (enumName === undefined) {
    throw new TypeError(
      `expected ${coordinate} to name its PostgreSQL type, as in @Column({ type: "enum", enumName: "colour" }), but got no name`,
    );
  }
  return quoteName(enumName);
}
