// Composition itself: subgraph texts in, one supergraph text or a list of problems out. Pure.
import { composeServices, type CompositionSuccess } from '@apollo/composition';
import { errorCauses } from '@apollo/federation-internals';
import { GraphQLError, parse, Source } from 'graphql';
import {
  compositionProblem,
  type CompositionProblem,
  type ParsedSubgraph,
  syntaxProblem,
} from './composition-problem.js';
import type { SubgraphSource } from './read-subgraphs.js';

export type Composition =
  | { readonly supergraphSdl: string; readonly hints: readonly Hint[] }
  | { readonly problems: readonly CompositionProblem[] };

/** Something that composes but may not be meant. */
export interface Hint {
  readonly code: string;
  readonly level: 'WARN' | 'INFO' | 'DEBUG';
  readonly coordinate: string;
  /** One line. */
  readonly message: string;
}

/** Composes subgraphs; the text depends on nothing but its input, byte for byte. */
export function composeSubgraphs(sources: readonly SubgraphSource[]): Composition {
  const { parsed, problems } = parseSubgraphs(sources);
  if (problems.length > 0) return { problems };
  const services = parsed.map(({ name, routingUrl, document }) => ({
    name,
    url: routingUrl,
    typeDefs: document,
  }));
  try {
    const result = composeServices(services);
    if (result.errors) return { problems: result.errors.map((error) => compositionProblem(error, parsed)) };
    return { supergraphSdl: `${result.supergraphSdl.trimEnd()}\n`, hints: result.hints.map(hintOf) };
  } catch (error) {
    const causes = error instanceof Error ? errorCauses(error) : undefined;
    if (!causes) throw error;
    return { problems: causes.map((cause) => compositionProblem(cause, parsed)) };
  }
}

function parseSubgraphs(sources: readonly SubgraphSource[]): {
  parsed: (ParsedSubgraph & { routingUrl: string })[];
  problems: CompositionProblem[];
} {
  const parsed: (ParsedSubgraph & { routingUrl: string })[] = [];
  const problems: CompositionProblem[] = [];
  for (const { name, origin, routingUrl, sdl } of sources) {
    try {
      parsed.push({ name, origin, routingUrl, document: parse(new Source(sdl, origin)) });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      problems.push(syntaxProblem(error, name, origin));
    }
  }
  return { parsed, problems };
}

function hintOf(hint: CompositionSuccess['hints'][number]): Hint {
  const level = hint.definition.level.name;
  return {
    code: hint.definition.code,
    level: level === 'WARN' || level === 'INFO' ? level : 'DEBUG',
    coordinate: hint.coordinate ?? '',
    message: (hint.message.split('\n')[0] ?? '').replace(/:$/, '.'),
  };
}
