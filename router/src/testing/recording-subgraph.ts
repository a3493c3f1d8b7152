/** A subgraph that says of each answer how it came about, as those on the kit do: tags, headers that were read, what was written. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { cacheRequestHeader, type CacheExtension } from '@selvedge/cache';
import { json, startStubSubgraph, type RecordedRequest, type StubSubgraph } from '@selvedge/testkit';
import { graphql, parse } from 'graphql';
import { withFederationLink } from './compose.js';

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>;

/** What a resolver reads and writes by. */
export class Recording {
  readonly tags = new Set<string>();
  readonly headersRead = new Set<string>();
  readonly written = new Set<string>();
  isPrivate = false;
  maxAge = 60;
  refusal: string | null = null;

  constructor(private readonly request: RecordedRequest) {}

  header(name: string): string | null {
    this.headersRead.add(name);
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : null;
  }
}

type Resolver = (parent: never, args: never, context: Recording) => unknown;

export interface RecordingSubgraphOptions {
  readonly typeDefs: string;
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, Resolver>>>>;
  /** Of the HTTP responses. */
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startRecordingSubgraph(options: RecordingSubgraphOptions): Promise<StubSubgraph> {
  const resolvers = options.resolvers as NonNullable<SubgraphModule['resolvers']>;
  const module = { typeDefs: parse(withFederationLink(options.typeDefs)), resolvers };
  const schema = buildSubgraphSchema([module]);
  let xid = 100;
  const answer = async (request: RecordedRequest, body: Body) => {
    const recording = new Recording(request);
    const { query: source, variables: variableValues } = body;
    // What is read is as of now: a later transaction has a greater id.
    const snapshot = `${xid}:${xid}:`;
    const result = await graphql({ schema, source, variableValues, contextValue: recording });
    if (request.headers[cacheRequestHeader] === undefined) return result;
    const writes = { xids: [String((xid += 1) - 1)], tags: [...recording.written] };
    const { tags, headersRead, isPrivate, maxAge, refusal } = recording;
    const origin = { maxAge, isPrivate, staleness: 0, snapshot, refusal, claims: [] };
    const extension: CacheExtension = {
      cluster: '7/1',
      ...(writes.tags.length > 0
        ? { writes }
        : { answer: { ...origin, tags: [...tags], headers: [...headersRead] } }),
    };
    return { ...result, extensions: { selvedgeCache: extension } };
  };
  const { headers } = options;
  return startStubSubgraph({
    behaviour: {
      from: async (request) =>
        json(await answer(request, request.body as Body), headers === undefined ? {} : { headers }),
    },
  });
}

interface Body {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}
