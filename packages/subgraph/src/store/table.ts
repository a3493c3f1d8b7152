// What the reads need to know of an entity's table, taken from TypeORM's metadata once per store.
import type { EntityMetadata } from 'typeorm';
import { quoteName } from './statement.js';

export interface TableColumn {
  /** The entity's property, which is also the name of the column in rows. */
  readonly property: string;
  /** The quoted column name. */
  readonly sql: string;
  /** PostgreSQL's name of the type, without length. */
  readonly type: string;
  readonly nullable: boolean;
  /** From the stored value to the entity's, when the column declares a transformer. */
  readonly fromStore: ((value: unknown) => unknown) | null;
}

export interface Table {
  readonly entityName: string;
  /** Quoted, with its schema when it is not the default one. */
  readonly sql: string;
  readonly columns: ReadonlyMap<string, TableColumn>;
  readonly primaryKey: readonly string[];
  /** Getters of the entity class: a field named like one needs a hydrated row. */
  readonly getters: ReadonlySet<string>;
  readonly prototype: object;
}

export function tableOf(metadata: EntityMetadata): Table {
  if (typeof metadata.target !== 'function') {
    throw new TypeError(`expected the entity ${metadata.name} to be a class but got a schema object`);
  }
  const columns = new Map<string, TableColumn>();
  for (const column of metadata.columns) {
    const transformers = [column.transformer ?? []].flat();
    columns.set(column.propertyPath, {
      property: column.propertyPath,
      sql: quoteName(column.databaseName),
      type: typeName(column.type),
      nullable: column.isNullable,
      fromStore:
        transformers.length === 0
          ? null
          : (value) =>
              transformers.reduceRight(
                (current: unknown, transformer) => transformer.from(current) as unknown,
                value,
              ),
    });
  }
  const prototype = metadata.target.prototype as object;
  return {
    entityName: metadata.name,
    sql: metadata.tablePath.split('.').map(quoteName).join('.'),
    columns,
    primaryKey: metadata.primaryColumns.map((column) => column.propertyPath),
    getters: gettersOf(prototype),
    prototype,
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

function gettersOf(prototype: object): ReadonlySet<string> {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return new Set(descriptors.filter(([, descriptor]) => descriptor.get !== undefined).map(([name]) => name));
}

/** TypeORM lets a column's type be written in several ways; array casts need PostgreSQL's. */
const typeAliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  varchar: 'character varying',
  char: 'character',
  timestamptz: 'timestamp with time zone',
  decimal: 'numeric',
  bool: 'boolean',
};

function typeName(type: unknown): string {
  if (typeof type !== 'string') {
    throw new TypeError('expected every column to name its type explicitly, as in @Column({ type: "text" })');
  }
  return typeAliases[type] ?? type;
}
