// What a router asks of a subgraph. Every request names other keys, drawn from a fixed sequence, so that no contestant can live
// off the last answer and every run asks the same.

export interface Workload {
  readonly name: 'entities' | 'children' | 'page';
  readonly title: string;
  readonly keys: number;
  readonly query: string;
}

const authors = (selection: string): string =>
  `query($representations:[_Any!]!){_entities(representations:$representations){...on Author{${selection}}}}`;

export const workloads: readonly Workload[] = [
  { name: 'entities', title: '100 entities of two fields', keys: 100, query: authors('name country') },
  {
    name: 'children',
    title: '50 parents with 20 children each, through a list',
    keys: 50,
    query: authors('books{id title}'),
  },
  {
    name: 'page',
    title: '50 parents with 20 children each, through a Relay page',
    keys: 50,
    query: authors('bookPage(first:20){nodes{id title}pageInfo{hasNextPage}}'),
  },
];

/** Distinct requests a workload; more than any cache of parsed bodies would hope for, few enough to make up front. */
const distinctRequests = 64;

/** The bodies of the workload's requests; no request names a key twice, as no router does. */
export function requestBodies({ keys, query }: Workload, ids: readonly string[]): string[] {
  const next = sequence(keys);
  return Array.from({ length: distinctRequests }, () => {
    const chosen = new Set<string>();
    while (chosen.size < keys) chosen.add(ids[next(ids.length)] ?? absentId);
    return requestBody(query, [...chosen]);
  });
}

/** A request of which every tenth entity does not exist. */
export function requestWithAbsent({ keys, query }: Workload, ids: readonly string[]): string {
  return requestBody(
    query,
    ids.slice(0, keys).map((id, index) => (index % 10 === 3 ? absentId : id)),
  );
}

function requestBody(query: string, ids: readonly string[]): string {
  const representations = ids.map((id) => ({ __typename: 'Author', id }));
  return JSON.stringify({ query, variables: { representations } });
}

const absentId = '00000000-0000-4000-8000-000000000000';

/** Numbers below a bound, the same ones in every run (Lehmer's generator, Park and Miller 1988). */
function sequence(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}
