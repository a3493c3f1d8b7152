// The look-ahead: which properties of an entity the rest of an operation will read, found before its row is.
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { declaredNeeds } from './needs.js';
import { ownResolver } from './own-resolvers.js';

/** What the look-ahead takes of graphql-js's `info`. */
export type LookAheadInfo = Pick<
  GraphQLResolveInfo,
  'fieldNodes' | 'fragments' | 'returnType' | 'schema' | 'variableValues'
> &
  Partial<Pick<GraphQLResolveInfo, 'path'>>;

/**
 * The properties that the selections below a field read of the rows that it returns: of each selected field, what its
 * resolver declares, or the property of the same name. Selections on every possible type count, since a row may be of any;
 * what tells the types apart (`__resolveType`) is read where the read says `always`.
 */
export function selectedProperties(info: LookAheadInfo): readonly string[] {
  return selectedPropertiesOfType(info, getNamedType(info.returnType));
}

/** The same for rows of one type, for example the one that a representation of `_entities` names. */
export function selectedPropertiesOfType(info: LookAheadInfo, type: GraphQLNamedType): readonly string[] {
  return rowCache.of(info, type, () => {
    const walk = new Walk(info);
    for (const node of info.fieldNodes) walk.collect(node.selectionSet, type);
    return [...walk.properties];
  });
}

/** What an operation selects of a connection: of the rows that are its nodes, and whether it wants them counted. */
export interface SelectedOfPage {
  readonly properties: readonly string[];
  readonly wantsCount: boolean;
}

/** The same for the nodes of a connection field, in whichever of `nodes` and `edges` they are selected. */
export function selectedOfPage(info: LookAheadInfo): SelectedOfPage {
  const connection = getNamedType(info.returnType);
  return pageCache.of(info, connection, () => {
    const walk = new Walk(info);
    let wantsCount = false;
    for (const node of info.fieldNodes) {
      walk.eachField(node.selectionSet, connection, (field, type) => {
        const name = field.name.value;
        if (name === 'totalCount') wantsCount = true;
        else if (name === 'nodes') walk.collect(field.selectionSet, fieldType(type, name));
        else if (name === 'edges') {
          walk.eachField(field.selectionSet, fieldType(type, name), (inner, edge) => {
            if (inner.name.value === 'node') walk.collect(inner.selectionSet, fieldType(edge, 'node'));
          });
        }
      });
    }
    return { properties: [...walk.properties], wantsCount };
  });
}

/**
 * Operations are parsed once and run often: what does not hang on variables is looked up by the field's node, and by the
 * type, since one node of a fragment on an interface is a field of each type that implements it.
 */
class SelectionCache<T> {
  readonly #byNode = new WeakMap<FieldNode, Map<string, T>>();

  of(info: LookAheadInfo, type: GraphQLNamedType, compute: () => T): T {
    const [node] = info.fieldNodes;
    // A field that an operation mentions twice has several nodes, and a conditional one hangs on variables: not cached.
    if (node === undefined || info.fieldNodes.length > 1 || isConditional(node, info)) return compute();
    let byType = this.#byNode.get(node);
    if (byType === undefined) this.#byNode.set(node, (byType = new Map<string, T>()));
    let found = byType.get(type.name);
    if (found === undefined) byType.set(type.name, (found = compute()));
    return found;
  }
}

const rowCache = new SelectionCache<readonly string[]>();
const pageCache = new SelectionCache<SelectedOfPage>();

const conditional = new WeakMap<FieldNode, boolean>();

/** Whether a `@skip` or `@include` stands anywhere below the node. */
function isConditional(node: FieldNode, info: LookAheadInfo): boolean {
  let answer = conditional.get(node);
  if (answer === undefined)
    conditional.set(
      node,
      (answer = node.selectionSet?.selections.some((selection) => hasCondition(selection, info)) ?? false),
    );
  return answer;
}

function hasCondition(selection: SelectionNode, info: LookAheadInfo): boolean {
  if ((selection.directives?.length ?? 0) > 0) return true;
  const set =
    selection.kind === Kind.FRAGMENT_SPREAD
      ? info.fragments[selection.name.value]?.selectionSet
      : selection.selectionSet;
  return set?.selections.some((inner) => hasCondition(inner, info)) ?? false;
}

class Walk {
  readonly properties = new Set<string>();

  constructor(private readonly info: LookAheadInfo) {}

  /** Adds what the selections read of a row whose type is `type` or, where that is abstract, one of its kinds. */
  collect(set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): void {
    if (type === undefined) return;
    this.eachField(set, type, (field, parent) => {
      const name = field.name.value;
      if (isObjectType(parent)) this.#addField(parent, name);
      else if (isAbstractType(parent)) {
        for (const kind of this.info.schema.getPossibleTypes(parent)) this.#addField(kind, name);
      }
    });
  }

  /** Calls back for every field that applies, fragments flattened, with the type that it is selected on. */
  eachField(
    set: SelectionSetNode | undefined,
    type: GraphQLNamedType | undefined,
    visit: (field: FieldNode, type: GraphQLNamedType) => void,
  ): void {
    if (set === undefined || type === undefined) return;
    for (const selection of set.selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        visit(selection, type);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.info.fragments[selection.name.value];
      const condition = fragment?.typeCondition?.name.value;
      const narrowed = condition === undefined ? type : this.info.schema.getType(condition);
      if (narrowed === undefined || !this.#overlaps(type, narrowed)) continue;
      // A fragment on an interface says nothing new of a row whose type is known already.
      this.eachField(fragment?.selectionSet, isObjectType(type) ? type : narrowed, visit);
    }
  }

  #addField(type: GraphQLNamedType, name: string): void {
    if (!isObjectType(type) || name === '__typename') return;
    const field = type.getFields()[name];
    const resolve = field && ownResolver(field);
    if (resolve === undefined) this.properties.add(name);
    else this.#add(declaredNeeds(resolve) ?? []);
  }

  #add(properties: readonly string[]): void {
    for (const property of properties) this.properties.add(property);
  }

  #isIncluded(selection: SelectionNode): boolean {
    const { variableValues } = this.info;
    if ((selection.directives?.length ?? 0) === 0) return true;
    if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
  }

  /** Whether a value of the one type can be of the other; `_Entity` fragments of other types are passed over. */
  #overlaps(type: GraphQLNamedType, other: GraphQLNamedType): boolean {
    if (type === other || !isCompositeType(type) || !isCompositeType(other)) return type === other;
    const { schema } = this.info;
    if (isAbstractType(type)) return isAbstractType(other) || schema.isSubType(type, other);
    return isAbstractType(other) && schema.isSubType(other, type);
  }
}

function fieldType(type: GraphQLNamedType, name: string): GraphQLNamedType | undefined {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return field === undefined ? undefined : getNamedType(field.type);
}
