/** Conformance to GraphQL over HTTP: the audits of its reference implementation, against a router as it comes. */
import { json, startStubSubgraph } from '@selvedge/testkit';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
let router: TestRouter;

beforeAll(async () => {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  stub.behave(json({ data: { a: 1 } }));
  const typeDefs = 'type Query { a: Int } type Mutation { b: Int }';
  const sdl = compose([{ name: 'one', url: stub.url, typeDefs }]);
  router = await cleanup.add(startTestRouter({ sdl }), (started) => started.close(0));
});
afterAll(() => cleanup.run());

const audits = serverAudits({ url: () => router.endpoint });

test('there are as many audits as there were when this was written', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_, __, audit) => {
  const result = await audit.fn();
  expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
});
