/** Faults in answers that are kept as bytes, and in what clients are granted of them. See `faults.ts`. */
import type { Fault } from './faults.js';

const suite = 'caching/whole-answers/whole-answers.test.ts';
const proving = { file: 'caching/whole-answers/still-proven.ts', suite };
const keeping = { file: 'caching/whole-answers/kept-answer.ts', suite };
const shaping = {
  file: 'caching/whole-answers/shaping-headers.ts',
  suite: 'caching/whole-answers/shaping-headers.test.ts',
};
const recalled = {
  file: 'pipeline/recalled-answers.ts',
  suite: 'caching/whole-answers/served-answers.test.ts',
};
const terms = { file: 'pipeline/client-cache.ts', suite: 'pipeline/client-terms.test.ts' };

export const faultsOfWholeAnswers: readonly Fault[] = [
  {
    ...proving,
    id: 'whole/unproven',
    search: 'provenUnder.count === state.count &&',
    replacement: '',
    test: 'after a write to one of its tags, now or later',
  },
  {
    ...proving,
    id: 'whole/of-a-lost-record',
    search: '&& provenUnder.nonce === state.nonce',
    replacement: '',
    suite: 'caching/whole-answers/lost-store.test.ts',
    test: 'under another record of its store with the same count',
  },
  {
    ...proving,
    id: 'whole/in-doubt',
    search: 'state.isBypassed || ',
    replacement: '',
    test: 'while a write is in doubt',
  },
  {
    ...proving,
    id: 'whole/one-store-of-two',
    search: 'doubts.find((doubt) => doubt !== null) ?? null',
    replacement: 'doubts[1] ?? null',
    test: 'after a write to one of its tags, now or later',
  },
  {
    ...proving,
    id: 'whole/etag-of-the-unproven',
    what: '304 is said of what has been written to',
    search: 'doubts.find((doubt) => doubt !== null) ?? null',
    replacement: 'null',
    suite: 'pipeline/granted-answers.test.ts',
    test: 'a write takes back nothing that a client has',
  },
  {
    ...keeping,
    id: 'whole/as-long-as-its-longest-part',
    search: 'const expiresAt = Math.min(...proofs',
    replacement: 'const expiresAt = Math.max(...proofs',
    test: 'beyond its first part that expires',
  },
  {
    ...keeping,
    id: 'whole/tags-of-one-part',
    search: 'tags: [...new Set(all.flatMap(({ tags }) => tags))],',
    replacement: 'tags: first.tags,',
    test: 'is asked by each request, after it came',
  },
  {
    ...keeping,
    id: 'whole/private-for-all',
    search: ' && !(isPrivate && names.length === 0)',
    replacement: ' && (isPrivate || !isPrivate || names.length === 0)',
    test: 'what is private, nobody knows by what',
  },
  {
    ...keeping,
    id: 'whole/of-nobody',
    what: 'what no subgraph had a part in is kept for ever',
    search: 'if (proofs === null || proofs.length === 0) return false;',
    replacement: 'if (proofs === null) return false;',
    test: 'what no subgraph had a part in',
  },
  {
    ...shaping,
    id: 'whole/absent-is-empty',
    search: 'Object.hasOwn(headers, name) ? (headers[name] ?? null) : null',
    replacement: "Object.hasOwn(headers, name) ? (headers[name] ?? '') : ''",
    test: 'values are equal exactly where each header',
  },
  {
    ...shaping,
    id: 'whole/headers-of-one-subgraph',
    what: 'a header that reaches two subgraphs in two ways counts once',
    search: 'byKey.set(JSON.stringify([subgraph, name])',
    replacement: 'byKey.set(JSON.stringify([name])',
    test: 'values are equal exactly where each header',
  },
  {
    ...recalled,
    id: 'whole/where-a-part-is-not-kept',
    search: 'if (proofs === null) return null;',
    replacement: 'if (proofs === null) continue;',
    suite: 'caching/fetch-port.test.ts',
    test: 'is not kept whole where one fetch must not be kept',
  },
  {
    ...recalled,
    id: 'whole/without-the-variables',
    search: '\\n${JSON.stringify(variables)}`',
    replacement: '`',
    test: 'is executed with other variables',
  },
  {
    ...terms,
    id: 'granted/as-long-as-the-longest',
    search: 'left: parts.length === 0 ? 0 : Math.min(',
    replacement: 'left: parts.length === 0 ? 0 : Math.max(',
    test: 'is what the first part to expire has left',
  },
  {
    ...terms,
    id: 'granted/beyond-what-is-left',
    what: 'an answer that is served again is granted for as long as when it was new',
    search: 'grantedFor(left, grant.max_age, terms.scope)',
    replacement: 'grantedFor(Infinity + left, grant.max_age, terms.scope)',
    test: 'goes on while an answer is kept, and ends with it',
  },
  {
    ...terms,
    id: 'granted/private-to-all',
    search: "const scope = isPrivate || surrogateKeys === 'too long'",
    replacement: "const scope = surrogateKeys === 'too long'",
    test: 'is private if a part is',
  },
  {
    ...terms,
    id: 'granted/purged-by-nothing',
    what: 'a CDN keeps what none of its keys purges',
    search: "const scope = isPrivate || surrogateKeys === 'too long'",
    replacement: 'const scope = isPrivate',
    test: 'that do not fit keep the answer from CDNs',
  },
  {
    ...terms,
    id: 'granted/without-vary',
    search: 'vary: this.varyOf(fetches, incoming),',
    replacement: 'vary: [],',
    test: 'what was read, by the name that the client has for it',
  },
];
