/**
 * What a supergraph says by `@cost` and `@listSize` (https://specs.apollo.dev/cost/v0.1), by schema coordinate:
 * `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`.
 */
import type { Schema } from '@apollo/federation-internals';

export interface CostTable {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

export interface ListSize {
  readonly assumedSize: number | undefined;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

export function readCostTable(schema: Schema): CostTable {
  const feature = schema.coreFeatures?.getByIdentity('https://specs.apollo.dev/cost');
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  if (feature === undefined) return { weights, listSizes };
  for (const [coordinate, values] of applicationsOf(schema, feature.directiveNameInSchema('cost'))) {
    if (typeof values['weight'] === 'number') weights.set(coordinate, values['weight']);
  }
  for (const [coordinate, values] of applicationsOf(schema, feature.directiveNameInSchema('listSize'))) {
    listSizes.set(coordinate, {
      assumedSize: typeof values['assumedSize'] === 'number' ? values['assumedSize'] : undefined,
      slicingArguments: textsOf(values['slicingArguments']),
      sizedFields: textsOf(values['sizedFields']),
      requireOneSlicingArgument: values['requireOneSlicingArgument'] !== false,
    });
  }
  return { weights, listSizes };
}

function* applicationsOf(schema: Schema, directive: string): Iterable<[string, Record<string, unknown>]> {
  for (const application of schema.directive(directive)?.applications() ?? []) {
    const element: unknown = application.parent;
    if (typeof element === 'object' && element !== null && 'coordinate' in element) {
      yield [String(element.coordinate), application.arguments()];
    }
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
