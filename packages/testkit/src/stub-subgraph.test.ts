import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  closeSocket,
  delayed,
  halfJson,
  html,
  json,
  neverAnswer,
  startStubSubgraph,
  status,
  type StubSubgraph,
} from './stub-subgraph.js';

let stub: StubSubgraph;
beforeEach(async () => {
  stub = await startStubSubgraph();
});
afterEach(() => stub.stop());

function post(body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(stub.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer t' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

describe('a stub subgraph', () => {
  it('records what it was sent', async () => {
    await post({ query: '{ a }' });
    expect(stub.requests).toMatchObject([
      { method: 'POST', url: '/graphql', body: { query: '{ a }' }, headers: { authorization: 'Bearer t' } },
    ]);
    stub.forget();
    expect(stub.requests).toEqual([]);
  });

  it('answers once as queued, then as it stands', async () => {
    stub.behave(json({ data: { a: 1 } }));
    stub.behaveOnce(status(500));
    stub.behaveOnce(html());
    expect((await post({})).status).toBe(500);
    expect((await post({})).headers.get('content-type')).toBe('text/html');
    expect(await (await post({})).json()).toEqual({ data: { a: 1 } });
  });

  it('makes an answer from the request', async () => {
    stub.behave({ from: ({ body }) => json({ data: body }) });
    expect(await (await post({ x: 2 })).json()).toEqual({ data: { x: 2 } });
  });

  it('breaks off its JSON, and its connection', async () => {
    stub.behaveOnce(halfJson());
    await expect((await post({})).json()).rejects.toThrow(SyntaxError);
    stub.behaveOnce(closeSocket());
    await expect(post({})).rejects.toThrow('fetch failed');
    stub.behaveOnce(closeSocket('{"data":'));
    await expect((await post({})).text()).rejects.toThrow('terminated');
  });

  it('notices a client that hangs up, and stops with a request open', async () => {
    stub.behave(neverAnswer);
    const abort = new AbortController();
    const hanging = post({}, abort.signal);
    await expect.poll(() => stub.requests.length).toBe(1);
    expect(stub.requests[0]?.aborted).toBe(false);
    abort.abort();
    await expect(hanging).rejects.toThrow('aborted');
    await expect.poll(() => stub.requests[0]?.aborted).toBe(true);

    const another = post({});
    await expect.poll(() => stub.requests.length).toBe(2);
    await Promise.all([stub.stop(), expect(another).rejects.toThrow()]);
  });

  it('comes back on its port', async () => {
    await stub.stop();
    await expect(post({})).rejects.toThrow('fetch failed');
    stub = await startStubSubgraph({ port: stub.port, behaviour: delayed(1, json({ data: 'back' })) });
    expect(await (await post({})).json()).toEqual({ data: 'back' });
  });

  it('survives a client that breaks off its own request', async () => {
    const broken = request(stub.url, { method: 'POST', headers: { 'content-length': '100' } });
    broken.on('error', () => undefined);
    broken.write('{');
    broken.destroy();
    expect((await post({})).status).toBe(200);
  });
});
