/** What HTTP/2 is for, and what happens when a connection with many streams on it ends. */
import type { ServerHttp2Stream } from 'node:http2';
import { constants, type Http2ServerResponse } from 'node:http2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  answerJson,
  startHttpSubgraph,
  type HttpSubgraph,
  type Protocol,
} from '../testing/http2-subgraph.js';
import { Cleanup } from '../testing/test-router.js';
import { ConnectionPools, type SubgraphCall, type SubgraphTransport } from './transport.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function open(
  protocol: Protocol,
  server: Parameters<typeof startHttpSubgraph>[1] = {},
): Promise<{ subgraph: HttpSubgraph; transport: SubgraphTransport }> {
  const subgraph = await cleanup.add(startHttpSubgraph(protocol, server), (started) => started.stop());
  const transport = new ConnectionPools().transport({
    url: subgraph.url,
    timeout: 5_000,
    maxResponseBytes: 10_000_000,
    http2: 'http2only',
    ...(subgraph.ca !== undefined && { tls: { ca: subgraph.ca } }),
  });
  return { subgraph, transport };
}

function ask(transport: SubgraphTransport, body = '{}', retriable = false): SubgraphCall {
  return transport.send({ headers: [], body, timeout: 5_000, retriable });
}

function stream(response: unknown): ServerHttp2Stream {
  return (response as Http2ServerResponse).stream;
}

/** Keeps requests until they are let go, and counts how many are there at once. */
function gate(subgraph: HttpSubgraph): { readonly most: number; readonly held: number; letGo(): void } {
  const held: (() => void)[] = [];
  let most = 0;
  let isOpen = false;
  subgraph.answer = ({ body }, response) => {
    const answer = () => {
      answerJson(response, body);
    };
    if (isOpen) {
      answer();
      return;
    }
    held.push(answer);
    most = Math.max(most, held.length);
  };
  return {
    get most() {
      return most;
    },
    get held() {
      return held.length;
    },
    letGo() {
      isOpen = true;
      for (const answer of held.splice(0)) answer();
    },
  };
}

describe.each<[Protocol]>([['h2c'], ['h2 over TLS']])('%s', (protocol) => {
  test('many streams travel on one connection', async () => {
    const { subgraph, transport } = await open(protocol);
    const requests = gate(subgraph);
    const calls = Array.from({ length: 80 }, (_, n) => ask(transport, String(n)));
    await vi.waitFor(() => {
      expect(requests.held).toBe(80);
    });
    requests.letGo();
    const replies = await Promise.all(calls.map(({ reply }) => reply));
    expect(replies.map(({ body }) => body)).toEqual(calls.map((_, n) => String(n)));
    expect(subgraph.connections).toHaveLength(1);
    expect(subgraph.sessions).toHaveLength(1);
  });

  test('as many at a time as the subgraph allows, the rest in turn', async () => {
    const { subgraph, transport } = await open(protocol, { settings: { maxConcurrentStreams: 3 } });
    let running = 0;
    let most = 0;
    subgraph.answer = ({ body }, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        answerJson(response, body);
      }, 2);
    };
    const calls = Array.from({ length: 30 }, (_, n) => ask(transport, String(n)));
    const replies = await Promise.all(calls.map(({ reply }) => reply));
    expect(replies.map(({ body }) => Number(body))).toEqual(calls.map((_, n) => n));
    expect(most).toBe(3);
    expect(subgraph.requests.map(({ body }) => Number(body.toString()))).toEqual(calls.map((_, n) => n));
    expect(subgraph.connections).toHaveLength(1);
  });

  test('a call that leaves while it waits for a stream is never sent', async () => {
    const { subgraph, transport } = await open(protocol, { settings: { maxConcurrentStreams: 1 } });
    const requests = gate(subgraph);
    const [first, second, third] = [ask(transport, '1'), ask(transport, '2'), ask(transport, '3')];
    await vi.waitFor(() => {
      expect(requests.held).toBe(1);
    });
    second.abort();
    requests.letGo();
    expect((await first.reply).body).toBe('1');
    expect((await third.reply).body).toBe('3');
    expect(subgraph.requests.map(({ body }) => body.toString())).toEqual(['1', '3']);
  });

  test('an aborted call makes room for the next', async () => {
    const { subgraph, transport } = await open(protocol, { settings: { maxConcurrentStreams: 1 } });
    subgraph.answer = () => undefined;
    const first = ask(transport, '1');
    const second = ask(transport, '2');
    await vi.waitFor(() => {
      expect(subgraph.requests).toHaveLength(1);
    });
    subgraph.answer = (_request, response) => {
      answerJson(response, '{}');
    };
    first.abort();
    expect((await second.reply).body).toBe('{}');
    expect(subgraph.connections).toHaveLength(1);
  });

  test('at a GOAWAY, what runs runs to its end, and what comes goes to a new connection', async () => {
    const { subgraph, transport } = await open(protocol);
    const requests = gate(subgraph);
    const running = ask(transport, 'running');
    await vi.waitFor(() => {
      expect(requests.held).toBe(1);
    });
    // With the stream of the running call as the last that is looked at.
    subgraph.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const next = ask(transport, 'next');
    await vi.waitFor(() => {
      expect(subgraph.sessions).toHaveLength(2);
    });
    requests.letGo();
    expect((await next.reply).body).toBe('next');
    expect((await running.reply).body).toBe('running');
    expect(subgraph.requests.map(({ body }) => body.toString())).toEqual(['running', 'next']);
  });

  test('what a GOAWAY says was not looked at is sent again, whatever it is', async () => {
    const { subgraph, transport } = await open(protocol);
    const requests = gate(subgraph);
    const first = ask(transport, 'first');
    const second = ask(transport, 'mutation');
    await vi.waitFor(() => {
      expect(requests.held).toBe(2);
    });
    // Streams of a client have odd numbers.
    subgraph.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, 1);
    await vi.waitFor(() => {
      expect(requests.held).toBe(3);
    });
    requests.letGo();
    expect((await first.reply).body).toBe('first');
    expect((await second.reply).body).toBe('mutation');
    expect(subgraph.requests.map(({ body }) => body.toString())).toEqual(['first', 'mutation', 'mutation']);
    expect(subgraph.sessions).toHaveLength(2);
  });

  test('a GOAWAY with an error fails what runs, and does not send it again', async () => {
    const { subgraph, transport } = await open(protocol);
    subgraph.answer = () => {
      subgraph.sessions[0]?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 2 ** 31 - 1);
    };
    await expect(ask(transport, 'mutation').reply).rejects.toThrow('could not be reached');
    expect(subgraph.requests).toHaveLength(1);
    subgraph.answer = (_request, response) => {
      answerJson(response, '{}');
    };
    expect((await ask(transport).reply).body).toBe('{}');
  });

  test('a refused stream is sent again, but not for ever', async () => {
    const { subgraph, transport } = await open(protocol);
    let refusals = 2;
    subgraph.answer = ({ body }, response) => {
      if (refusals > 0) stream(response).close(constants.NGHTTP2_REFUSED_STREAM);
      else answerJson(response, body);
      refusals -= 1;
    };
    expect((await ask(transport, 'mutation').reply).body).toBe('mutation');
    expect(subgraph.requests).toHaveLength(3);
    refusals = 1_000;
    await expect(ask(transport, 'mutation').reply).rejects.toThrow('could not be reached');
    expect(subgraph.requests).toHaveLength(6);
  });

  test.each([['NGHTTP2_CANCEL'], ['NGHTTP2_INTERNAL_ERROR'], ['NGHTTP2_NO_ERROR']] as const)(
    'a stream that is reset with %s is a failure, of that stream alone',
    async (code) => {
      const { subgraph, transport } = await open(protocol);
      const other = { answer: (): void => undefined };
      subgraph.answer = ({ body }, response) => {
        if (body.toString() === 'reset') stream(response).close(constants[code]);
        else
          other.answer = () => {
            answerJson(response, body);
          };
      };
      const stays = ask(transport, 'stays');
      await vi.waitFor(() => {
        expect(subgraph.requests).toHaveLength(1);
      });
      await expect(ask(transport, 'reset').reply).rejects.toThrow('could not be reached');
      other.answer();
      expect((await stays.reply).body).toBe('stays');
      expect(subgraph.connections).toHaveLength(1);
      expect(subgraph.requests).toHaveLength(2);
    },
  );

  test('an answer that is reset in its middle is a failure', async () => {
    const { subgraph, transport } = await open(protocol);
    subgraph.answer = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      stream(response).respond({ ':status': 200 });
      stream(response).write('{"data":', () => {
        stream(response).destroy(new Error('reset'));
      });
    };
    await expect(ask(transport).reply).rejects.toThrow('in the middle of its answer');
  });

  test('a lost connection fails every stream on it, and the next goes to a new one', async () => {
    const { subgraph, transport } = await open(protocol);
    subgraph.answer = () => undefined;
    const calls = [ask(transport, '1'), ask(transport, '2')];
    await vi.waitFor(() => {
      expect(subgraph.requests).toHaveLength(2);
    });
    subgraph.connections[0]?.destroy();
    for (const { reply } of calls) await expect(reply).rejects.toThrow('could not be reached');
    subgraph.answer = (_request, response) => {
      answerJson(response, '{}');
    };
    expect((await ask(transport).reply).body).toBe('{}');
    expect(subgraph.requests).toHaveLength(3);
  });
});
