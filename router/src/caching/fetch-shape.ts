/** What a fetch asks for, as the cache sees it: made once for its text and the values of its variables. */
import {
  Kind,
  parse,
  valueFromASTUntyped,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestTemplate } from '../execution/request-template.js';
import type { GivenVariables } from './canonical-field.js';
import type { Refusal } from './keepable.js';
import { NameLists } from './name-lists.js';
import type { PartKind } from './part.js';
import type { SubgraphTypes } from './subgraph-types.js';
import { NotCacheable, Wanted } from './wanted.js';

export interface FetchShape {
  /** Unique in this process. */
  readonly id: number;
  readonly template: ShapedTemplate;
  /** As they are sent. */
  readonly given: GivenVariables;
  /** The same with the operation's defaults. */
  readonly variables: GivenVariables;
  /** Of each entity, or of the data. */
  readonly wanted: Wanted;
  /** Of entities, by type. */
  readonly kinds: Map<string, PartKind | null>;
}

/** A fetch's text, whatever its variables are. */
export class ShapedTemplate {
  readonly operation: OperationDefinitionNode;
  readonly fragments = new Map<string, FragmentDefinitionNode>();
  /** `null`: it begins at a root type. */
  readonly entities: FieldNode | null;
  /** Of the entities' types or the root fields, for a developer to read. */
  readonly name: string;
  /** What has shaped answers that are kept in this process. */
  readonly lists = new NameLists();
  /** Fetches of less of it, by which fields. */
  readonly lesser = new LRUCache<string, RequestTemplate>({ max: 50 });
  private lastKept = -Infinity;
  private lastRefused = -Infinity;
  private refused: Refusal | null = null;
  private readonly constant = new WeakMap<SelectionSetNode, Wanted>();
  private readonly defaults: GivenVariables;
  private readonly shapes = new LRUCache<string, FetchShape>({ max: 500 });

  /** @throws NotCacheable */
  constructor(
    readonly template: RequestTemplate,
    private readonly types: SubgraphTypes,
  ) {
    const { definitions } = parse(template.query, { noLocation: true });
    const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    // Renamed keys are not those of the text any more; directives of an operation may mean anything.
    if (operation === undefined || template.outputRewrites.length > 0 || operation.directives?.length !== 0)
      throw new NotCacheable(template.query);
    this.operation = operation;
    for (const node of definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node);
    this.defaults = defaultsOf(operation);
    this.entities = template.isEntityFetch ? entitiesField(operation) : null;
    this.name = namesIn(this.entities?.selectionSet ?? operation.selectionSet);
  }

  /** Of late nothing that came of it could be kept, for this reason: to look for it is not worth a round trip. */
  get refusal(): Refusal | null {
    return performance.now() < this.lastRefused + refusedFor ? this.refused : null;
  }

  noteKept(): void {
    this.lastKept = performance.now();
    this.refused = null;
  }

  noteRefused(refusal: Refusal): void {
    const now = performance.now();
    // What may be kept for some callers is looked for.
    if (now < this.lastKept + keptOfLate) return;
    this.lastRefused = now;
    this.refused = refusal;
  }

  /** @param variables `"name":value` pairs. @throws NotCacheable */
  shapeFor(variables: string): FetchShape {
    let shape = this.shapes.get(variables);
    if (shape === undefined) {
      const given = JSON.parse(`{${variables}}`) as GivenVariables;
      const { types, fragments, constant } = this;
      const all = { ...this.defaults, ...given };
      const context = { types, fragments, constant, variables: all };
      const selections = this.entities?.selectionSet ?? this.operation.selectionSet;
      const type = this.entities === null ? types.queryType : undefined;
      const wanted = new Wanted(context, [selections], type);
      shape = { id: (lastId += 1), template: this, given, variables: all, wanted, kinds: new Map() };
      this.shapes.set(variables, shape);
    }
    return shape;
  }
}

let lastId = 0;

/** Milliseconds. */
const refusedFor = 5_000;
const keptOfLate = 60_000;

function entitiesField({ selectionSet }: OperationDefinitionNode): FieldNode {
  const [only, ...rest] = selectionSet.selections;
  if (
    rest.length > 0 ||
    only?.kind !== Kind.FIELD ||
    only.name.value !== '_entities' ||
    only.alias !== undefined
  )
    throw new NotCacheable('expected `_entities` alone');
  return only;
}

function namesIn({ selections }: SelectionSetNode): string {
  const names = selections.map((node) => {
    if (node.kind === Kind.FIELD) return node.name.value;
    return node.kind === Kind.INLINE_FRAGMENT ? node.typeCondition?.name.value : node.name.value;
  });
  return [...new Set(names)].filter((name) => name !== '__typename').join(' ');
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): GivenVariables {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of variableDefinitions)
    if (defaultValue !== undefined) defaults[variable.name.value] = plain(defaultValue);
  return defaults;
}

function plain(value: ValueNode): unknown {
  visit(value, {
    IntValue(node) {
      if (!Number.isSafeInteger(Number(node.value))) throw new NotCacheable(node.value);
    },
    FloatValue(node) {
      if (String(Number(node.value)) !== node.value) throw new NotCacheable(node.value);
    },
  });
  return valueFromASTUntyped(value);
}
