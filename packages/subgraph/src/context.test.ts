import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { RequestInputs } from './caching/request-inputs.js';
import { kitContext, type KitContext, type SubgraphContext } from './context.js';
import { subgraphContext } from './operation-context.js';
import { Store } from './store/store.js';
import { viewerReader, type Viewer } from './viewer.js';

const store = new Store({ url: 'postgres://nobody@127.0.0.1:1/nothing', entities: [], migrations: [] });
const viewer: Viewer = { id: '00000000-0000-4000-8000-000000000001', username: 'ada', roles: ['customer'] };

function contextOf(asking: Viewer | null): KitContext {
  const identified = asking && { viewer: asking, expires: 4_000_000_000 };
  return subgraphContext({
    store,
    inputs: new RequestInputs({}, identified),
    deadline: { at: null, until: null },
    coverage: null,
  });
}

describe('a context', () => {
  it('gives the viewer to who requires one, or a role of theirs', () => {
    const context = contextOf(viewer);
    expect(context.requireViewer()).toBe(viewer);
    expect(context.requireRole('customer')).toBe(viewer);
    expect(() => context.requireRole('staff')).toThrow(
      expect.objectContaining({
        code: 'FORBIDDEN',
        message: 'expected a user of the role staff but got one without it',
      }),
    );
  });

  it('has none for a request without a token', () => {
    const context = contextOf(null);
    for (const require of [() => context.requireViewer(), () => context.requireRole('staff')])
      expect(require).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });

  it('leads to nothing of the request that is not noted', () => {
    const secret = 'what the header says';
    const inputs = new RequestInputs({ 'x-secret': secret }, new Error(secret));
    const context = subgraphContext({ store, inputs, deadline: { at: null, until: null }, coverage: null });
    expect(context.header('X-Secret')).toBe(secret);
    const seen = new Set<unknown>();
    const values = (from: unknown): unknown[] => {
      if (typeof from !== 'object' || from === null || seen.has(from)) return [from];
      seen.add(from);
      const { parts } = from as { parts?: unknown };
      if (parts !== undefined) seen.add(store);
      return Reflect.ownKeys(from).flatMap((name) => {
        return values(Object.getOwnPropertyDescriptor(from, name)?.value);
      });
    };
    const reachable = values(context);
    expect(reachable).toContain(null);
    expect(reachable).not.toContain(secret);
  });

  it('is the kit’s own or none', () => {
    const context: SubgraphContext = contextOf(null);
    expect(kitContext(context)).toBe(context);
    expect(() => kitContext({ ...context, loaders: {} } as SubgraphContext)).toThrow(
      'expected the context that the kit made but got another object',
    );
  });
});

describe('the viewer of a token', () => {
  const key = Buffer.alloc(32, 7);
  const read = viewerReader(key.toString('base64url'));
  const header = async (claims: Record<string, unknown>): Promise<string> =>
    `Bearer ${await new SignJWT({ name: 'ada', roles: ['customer'], sub: viewer.id, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(key)}`;

  it('has the id as PostgreSQL prints it', async () => {
    const sub = 'AFDD7A3E-F9CE-4BBD-9F03-AE8328543320';
    expect((await read(await header({ sub })))?.viewer.id).toBe(sub.toLowerCase());
  });

  it.each([[{ sub: 'ada' }], [{ name: 7 }], [{ roles: 'staff' }], [{ roles: [7] }]])(
    'is refused where its claims are %j',
    async (claims) => {
      await expect(read(await header(claims))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  it('is refused where nothing could check it', async () => {
    const authorization = await header({});
    await expect(viewerReader(null)(authorization)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'expected no token, since this service has no key to check one with, but got one',
    });
    expect(await viewerReader(null)(undefined)).toBeNull();
  });

  it('is refused when it is signed by nothing, or by another algorithm', async () => {
    const [head = '', payload = ''] = (await header({})).replace('Bearer ', '').split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [`${none}.${payload}.x`, `${head}.${payload}.x`])
      await expect(read(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
