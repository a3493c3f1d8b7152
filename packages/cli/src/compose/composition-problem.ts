// Turns what @apollo/composition throws into what a person needs: which subgraphs, which coordinate, which line, what to do.
import { type DocumentNode, type GraphQLError, Kind, type Location } from 'graphql';
import { adviceFor } from './composition-advice.js';

/** One composition error, ready to be printed or sent as JSON. */
export interface CompositionProblem {
  readonly code: string;
  /** In alphabetical order; empty where composition does not know. */
  readonly subgraphs: readonly string[];
  /** Schema coordinates (GraphQL RFC 754), for example `Product.reviews(first:)`. */
  readonly coordinates: readonly string[];
  readonly message: string;
  /** One sentence: what to do. */
  readonly advice: string;
  readonly places: readonly Place[];
}

export interface Place {
  readonly subgraph: string;
  /** A path or a URL. */
  readonly origin: string;
  /** From 1. */
  readonly line: number;
}

/** A subgraph whose schema could be parsed. */
export interface ParsedSubgraph {
  readonly name: string;
  readonly origin: string;
  readonly document: DocumentNode;
}

/** Describes one composition error. */
export function compositionProblem(
  error: GraphQLError,
  subgraphs: readonly ParsedSubgraph[],
): CompositionProblem {
  const code = typeof error.extensions['code'] === 'string' ? error.extensions['code'] : 'UNKNOWN';
  const locations = locationsOf(error);
  const places = uniqueBy(
    locations.flatMap((location) => placeOf(location, subgraphs)),
    (place) => `${place.origin}:${place.line}`,
  );
  const inText = subgraphsNamedIn(error.message, subgraphs);
  const named = code === 'SATISFIABILITY_ERROR' ? [] : places.map((place) => place.subgraph);
  const coordinates = [
    ...coordinatesNamedIn(error.message),
    ...locations.flatMap((at) => coordinateAt(at, subgraphs)),
  ];
  return {
    code,
    subgraphs: [...new Set([...named, ...inText])].sort(),
    coordinates: [...new Set(mostPrecise(coordinates))],
    message: error.message.replace(/^\[[^\]]+\] /, ''),
    advice: adviceFor(code),
    places,
  };
}

/** The problem of a schema that is not GraphQL at all. */
export function syntaxProblem(error: GraphQLError, name: string, origin: string): CompositionProblem {
  const line = error.locations?.[0]?.line ?? 1;
  return {
    code: 'INVALID_GRAPHQL',
    subgraphs: [name],
    coordinates: [],
    message: error.message,
    advice: adviceFor('INVALID_GRAPHQL'),
    places: [{ subgraph: name, origin, line }],
  };
}

/** Prints problems as a compiler does: code and coordinate first, then the message, the places and the advice. */
export function formatProblems(problems: readonly CompositionProblem[]): string {
  return problems.map(formatProblem).join('\n\n');
}

function formatProblem(problem: CompositionProblem): string {
  const at = problem.coordinates.length > 0 ? ` at ${problem.coordinates.join(', ')}` : '';
  const where = problem.subgraphs.length > 0 ? ` in ${problem.subgraphs.join(', ')}` : '';
  return [
    `${problem.code}${at}${where}`,
    ...problem.message.split('\n').map((line) => `  ${line}`.trimEnd()),
    ...problem.places.map((place) => `  ${place.origin}:${place.line}`),
    `  -> ${problem.advice}`,
  ].join('\n');
}

function locationsOf(error: GraphQLError): Location[] {
  return (error.nodes ?? []).flatMap((node) => (node.loc ? [node.loc] : []));
}

function placeOf(location: Location, subgraphs: readonly ParsedSubgraph[]): Place[] {
  const subgraph = subgraphs.find(({ origin }) => origin === location.source.name);
  return subgraph
    ? [{ subgraph: subgraph.name, origin: subgraph.origin, line: location.startToken.line }]
    : [];
}

/** The coordinate of the innermost named element around a location. */
function coordinateAt(location: Location, subgraphs: readonly ParsedSubgraph[]): string[] {
  const document = subgraphs.find(({ origin }) => origin === location.source.name)?.document;
  const definition = document?.definitions.find((node) => contains(node, location));
  const name = definition && 'name' in definition ? definition.name.value : undefined;
  if (!definition || name === undefined) return [];
  const isDirective = definition.kind === Kind.DIRECTIVE_DEFINITION;
  const typeName = `${isDirective ? '@' : ''}${name}`;
  const members = membersOf(definition);
  const member = members.find((node) => contains(node, location));
  if (!member) return [typeName];
  const argument = membersOf(member).find((node) => contains(node, location));
  if (isDirective) return [`${typeName}(${member.name.value}:)`];
  return [`${typeName}.${member.name.value}${argument ? `(${argument.name.value}:)` : ''}`];
}

interface NamedMember {
  readonly name: { readonly value: string };
  readonly loc?: Location | undefined;
}

const memberKinds: readonly unknown[] = [
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
];

function membersOf(node: object): readonly NamedMember[] {
  const lists = ['fields', 'values', 'arguments'].map((key): unknown => Reflect.get(node, key));
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isNamedMember) : []));
}

function isNamedMember(node: unknown): node is NamedMember {
  return typeof node === 'object' && node !== null && 'kind' in node && memberKinds.includes(node.kind);
}

function contains(node: { readonly loc?: Location | undefined }, location: Location): boolean {
  return node.loc !== undefined && node.loc.start <= location.start && location.end <= node.loc.end;
}

function coordinatesNamedIn(message: string): string[] {
  const quoted = [...message.matchAll(/"(@?[A-Za-z_]\w*\.[A-Za-z_]\w*(?:\(\w+:\))?)"/g)];
  return quoted.flatMap(([, coordinate]) => (coordinate === undefined ? [] : [coordinate]));
}

/** `Product` says nothing beside `Product.name`, and `Product.name` nothing beside `Product.name(first:)`. */
function mostPrecise(coordinates: readonly string[]): string[] {
  return coordinates.filter(
    (one) => !coordinates.some((other) => other.startsWith(`${one}.`) || other.startsWith(`${one}(`)),
  );
}

function subgraphsNamedIn(message: string, subgraphs: readonly ParsedSubgraph[]): string[] {
  const bracketed = /^\[([^\]]+)\] /.exec(message)?.[1];
  const quoted = new Set([...message.matchAll(/"([^"\n]+)"/g)].map(([, name]) => name));
  return subgraphs.map(({ name }) => name).filter((name) => name === bracketed || quoted.has(name));
}

function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
