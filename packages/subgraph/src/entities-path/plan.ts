// What a compiled `_entities` operation is: the reads that it makes, and how each object of its answer is made of a row.
import type { FieldNode, GraphQLField } from 'graphql';
import type { Lifetime } from '../caching/answer-recorder.js';
import type { ReadDefinition } from '../reads/read.js';
import type { Relation } from '../resolvers/relation.js';

export interface EntitiesPlan {
  readonly operationName: string | undefined;
  /** `_entities` or its alias. */
  readonly name: string;
  /** The variable that holds the representations. */
  readonly representations: string;
  /** The other variables, which may stand in the arguments of pages. */
  readonly variables: readonly VariablePlan[];
  readonly byTypename: ReadonlyMap<string, EntityPlan>;
  readonly cacheControl: string;
  readonly lifetime: Lifetime;
}

export interface VariablePlan {
  readonly name: string;
  /** Whether a JSON value is one of the variable's type as it stands, without being coerced. */
  readonly takes: (value: unknown) => boolean;
}

/** How the entities of one type are found, and what is answered of them. */
export interface EntityPlan {
  readonly reads: readonly ReadDefinition[];
  readonly rows: ObjectPlan;
}

/** One selection on objects of one type. */
export interface ObjectPlan {
  /** The properties that the objects must have. */
  readonly properties: readonly string[];
  readonly fields: readonly FieldPlan[];
}

/** How one response field is made of an object; `name` is its response name. */
export type FieldPlan = ConstantField | LeafField | StubField | ObjectField | ListField | RelationField;

export interface ConstantField {
  readonly kind: 'constant';
  readonly name: string;
  readonly value: string;
}

export interface LeafField {
  readonly kind: 'leaf';
  readonly name: string;
  readonly property: string;
  readonly isNullable: boolean;
  /** From a value that is not null to JSON; throws for one that the type does not take. */
  readonly serialize: (value: unknown) => unknown;
}

/** An entity of another subgraph, made of columns of the same row. */
export interface StubField {
  readonly kind: 'stub';
  readonly name: string;
  /** The columns that it is made of; it is null as soon as one of them is. */
  readonly properties: readonly string[];
  readonly isNullable: boolean;
  readonly object: ObjectPlan;
}

/** A property that holds an object: `pageInfo` of a connection, `node` of an edge. */
export interface ObjectField {
  readonly kind: 'object';
  readonly name: string;
  readonly property: string;
  readonly object: ObjectPlan;
}

/** A property that holds a list of objects: `nodes` and `edges` of a connection. */
export interface ListField {
  readonly kind: 'list';
  readonly name: string;
  readonly property: string;
  readonly items: ObjectPlan;
}

/** Objects found by another read. */
export interface RelationField {
  readonly kind: 'relation';
  readonly name: string;
  readonly isNullable: boolean;
  readonly relation: Relation;
  /** The properties of the rows that the read brings. */
  readonly properties: readonly string[];
  /** Of a row or, for a page, of its connection. */
  readonly object: ObjectPlan;
  readonly page: PagePlan | null;
}

export interface PagePlan {
  /** With the node, gives the arguments. */
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly wantsCount: boolean;
}
