/**
 * The static estimate of demand control, as Apollo Router documents it, after IBM's cost directive specification
 * (https://ibm.github.io/graphql-specs/cost-spec.html): an object counts 1, a leaf 0, a list its size times its items, a
 * mutation 10 on top; `@cost` replaces a weight, `@listSize` the size. It is made of the client's operation, so what the
 * plan fetches besides for `@requires` is not in it.
 */
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Variables } from '../pipeline/stages.js';
import type { CostTable, ListSize } from './cost-table.js';

export interface CostEstimate {
  readonly cost: number;
  /** Whether other variables could give another estimate. */
  readonly dependsOnVariables: boolean;
  /** What of the operation has no clear cost, one sentence each; the estimate then rests on the default list size. */
  readonly problems: readonly string[];
}

/** The size that a field's `@listSize` gives to its children named in `sizedFields`. */
interface InheritedSize {
  readonly size: number | undefined;
  readonly fields: readonly string[];
}

const mutationCost = 10;

export class CostEstimator {
  private readonly problems = new Set<string>();
  private dependsOnVariables = false;
  /** Fragments are scored once per inherited size, or nested spreads would take exponential time. */
  private readonly fragmentCosts = new Map<InheritedSize | null, Map<string, number>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly table: CostTable,
    private readonly defaultListSize: number,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly variables: Variables,
  ) {}

  estimate(operation: OperationDefinitionNode): CostEstimate {
    const root = this.schema.getRootType(operation.operation);
    const base = operation.operation === OperationTypeNode.MUTATION ? mutationCost : 0;
    const cost = base + (root ? this.selectionSet(operation.selectionSet, root, null) : 0);
    return { cost, dependsOnVariables: this.dependsOnVariables, problems: [...this.problems] };
  }

  private selectionSet(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    inherited: InheritedSize | null,
  ): number {
    return set.selections.reduce((sum, selection) => sum + this.selection(selection, parent, inherited), 0);
  }

  private selection(
    node: SelectionNode,
    parent: GraphQLCompositeType,
    inherited: InheritedSize | null,
  ): number {
    if (isNeverIncluded(node)) return 0;
    switch (node.kind) {
      case Kind.FIELD:
        return this.field(node, parent, inherited);
      case Kind.INLINE_FRAGMENT: {
        const condition = node.typeCondition && this.schema.getType(node.typeCondition.name.value);
        return this.selectionSet(
          node.selectionSet,
          isCompositeType(condition) ? condition : parent,
          inherited,
        );
      }
      case Kind.FRAGMENT_SPREAD:
        return this.fragment(node.name.value, inherited);
    }
  }

  private fragment(name: string, inherited: InheritedSize | null): number {
    const costs = this.fragmentCosts.get(inherited) ?? new Map<string, number>();
    this.fragmentCosts.set(inherited, costs);
    const known = costs.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost =
      fragment && isCompositeType(type) ? this.selectionSet(fragment.selectionSet, type, inherited) : 0;
    costs.set(name, cost);
    return cost;
  }

  private field(node: FieldNode, parent: GraphQLCompositeType, inherited: InheritedSize | null): number {
    const name = node.name.value;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (definition === undefined) return 0; // __typename, and introspection, which no subgraph is asked for
    const coordinate = `${parent.name}.${name}`;
    const type = getNamedType(definition.type);
    const listSize = this.table.listSizes.get(coordinate);
    const ownSize = listSize && this.slicedSize(listSize, node, definition, coordinate);
    const sizeFromParent = inherited?.fields.includes(name) ? inherited.size : undefined;
    const isList = isListType(getNullableType(definition.type));
    const count = isList ? (sizeFromParent ?? ownSize ?? this.defaultListSize) : 1;
    const weight = this.weight(coordinate, type.name) ?? (isCompositeType(type) ? 1 : 0);
    const children =
      node.selectionSet && isCompositeType(type)
        ? this.selectionSet(
            node.selectionSet,
            type,
            listSize ? { size: ownSize, fields: listSize.sizedFields } : null,
          )
        : 0;
    return count * (weight + children) + this.arguments(node, definition, coordinate);
  }

  /** The greatest of the slicing arguments that are there, or the assumed size. */
  private slicedSize(
    listSize: ListSize,
    node: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    coordinate: string,
  ): number | undefined {
    const sizes = listSize.slicingArguments.flatMap((name) => {
      const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
      const size = given
        ? this.integer(given)
        : definition.args.find((argument) => argument.name === name)?.defaultValue;
      return typeof size === 'number' ? [Math.max(0, size)] : [];
    });
    if (listSize.slicingArguments.length > 0 && listSize.requireOneSlicingArgument && sizes.length !== 1) {
      const names = listSize.slicingArguments.map((name) => `\`${name}\``).join(', ');
      this.problems.add(`expected exactly one of ${names} on \`${coordinate}\` but got ${sizes.length}`);
    }
    return sizes.length > 0 ? Math.max(...sizes) : listSize.assumedSize;
  }

  private integer(node: ValueNode): unknown {
    if (node.kind === Kind.INT) return Number(node.value);
    if (node.kind !== Kind.VARIABLE) return undefined;
    this.dependsOnVariables = true;
    return this.variables[node.name.value];
  }

  private arguments(node: FieldNode, definition: GraphQLField<unknown, unknown>, coordinate: string): number {
    return (node.arguments ?? []).reduce((sum, { name, value }) => {
      const argument = definition.args.find((candidate) => candidate.name === name.value);
      return argument ? sum + this.inputNode(value, argument.type, `${coordinate}(${name.value}:)`) : sum;
    }, 0);
  }

  private inputNode(node: ValueNode, type: GraphQLInputType, coordinate: string): number {
    switch (node.kind) {
      case Kind.VARIABLE:
        if (isInputObjectType(getNamedType(type)) || this.inputWeight(type, coordinate) !== 0) {
          this.dependsOnVariables = true;
        }
        return this.inputValue(this.variables[node.name.value], type, coordinate);
      case Kind.NULL:
        return 0;
      case Kind.LIST:
        return node.values.reduce((sum, item) => sum + this.inputNode(item, type, coordinate), 0);
      case Kind.OBJECT:
        return node.fields.reduce(
          (sum, { name, value }) => {
            const field = this.inputField(type, name.value);
            return field ? sum + this.inputNode(value, field.type, field.coordinate) : sum;
          },
          this.inputWeight(type, coordinate),
        );
      default:
        return this.inputWeight(type, coordinate);
    }
  }

  private inputValue(value: unknown, type: GraphQLInputType, coordinate: string): number {
    if (value === undefined || value === null) return 0;
    if (Array.isArray(value)) {
      return value.reduce<number>((sum, item) => sum + this.inputValue(item, type, coordinate), 0);
    }
    if (typeof value !== 'object') return this.inputWeight(type, coordinate);
    return Object.entries(value).reduce(
      (sum, [name, item]) => {
        const field = this.inputField(type, name);
        return field ? sum + this.inputValue(item, field.type, field.coordinate) : sum;
      },
      this.inputWeight(type, coordinate),
    );
  }

  private inputField(
    type: GraphQLInputType,
    name: string,
  ): { type: GraphQLInputType; coordinate: string } | null {
    const named = getNamedType(type);
    const field = isInputObjectType(named) ? named.getFields()[name] : undefined;
    return field ? { type: field.type, coordinate: `${named.name}.${name}` } : null;
  }

  private inputWeight(type: GraphQLInputType, coordinate: string): number {
    const named = getNamedType(type);
    return this.weight(coordinate, named.name) ?? (isInputObjectType(named) ? 1 : 0);
  }

  private weight(coordinate: string, typeName: string): number | undefined {
    return this.table.weights.get(coordinate) ?? this.table.weights.get(typeName);
  }
}

/** Only what is written into the document: an estimate that hung on every variable could never be kept. */
function isNeverIncluded(node: SelectionNode): boolean {
  return (node.directives ?? []).some((directive) => {
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind !== Kind.BOOLEAN) return false;
    return directive.name.value === 'skip' ? value.value : directive.name.value === 'include' && !value.value;
  });
}
