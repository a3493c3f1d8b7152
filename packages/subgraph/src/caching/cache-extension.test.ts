// What the router is told of an answer, over HTTP.
import { cacheExtensionName, type CacheExtension } from '@selvedge/cache';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capturedLibrary } from '../testing/captured-library.js';
import { authorId } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';

let library: RunningLibrary;
beforeAll(async () => {
  library = await startLibrary(capturedLibrary);
});
afterAll(() => library.stop());

const asking = { 'x-selvedge-cache': '1' };

async function extensionOf(query: string, variables: object = {}): Promise<CacheExtension | undefined> {
  const { body } = await library.post({ query, variables }, asking);
  return (body as { extensions?: Record<string, CacheExtension> }).extensions?.[cacheExtensionName];
}

describe('the extension', () => {
  it('has the snapshot, the cluster and a tag for each read', async () => {
    const query = `{ author(id: "${authorId(1)}") { firstName books { nodes { title } } } }`;
    expect(await extensionOf(query)).toEqual({
      cluster: expect.stringMatching(/^\d+\/1$/) as unknown,
      answer: {
        maxAge: 0,
        isPrivate: false,
        staleness: 0,
        snapshot: expect.stringMatching(/^\d+:\d+:/) as unknown,
        tags: [`authors:id=${authorId(1)}`, `books:author_id=${authorId(1)}`],
        headers: [],
        claims: [],
        refusal: null,
      },
    });
  });
});
