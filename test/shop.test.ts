// The shop through the router: one answer from six services, each user's own data, and every operation in examples/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root, runningSystem, type System } from './system.js';

let system: System;
beforeAll(async () => {
  system = await runningSystem();
});

const folder = join(root, 'examples/operations');
const operations = readdirSync(folder).filter((file) => file.endsWith('.graphql'));

describe('examples/operations', () => {
  it.each(operations)('%s runs without variables, with and without a user', async (file) => {
    const query = readFileSync(join(folder, file), 'utf8');
    for (const token of [undefined, system.tokens.customer, system.tokens.staff]) {
      const { status, data, errors } = await system.ask(query, token === undefined ? {} : { token });
      expect({ status, errors }).toEqual({ status: 200, errors: [] });
      expect(JSON.stringify(data).length).toBeGreaterThan(token === undefined ? 10 : 100);
    }
  });
});

describe('one answer from six services', () => {
  it('joins the user, orders, payments, products, stock and reviews', async () => {
    const query = readFileSync(join(folder, 'all-six-services.graphql'), 'utf8');
    const { data, errors } = await system.ask(query, { token: system.tokens.customer });
    expect(errors).toEqual([]);
    console.log(JSON.stringify(data, null, 1).slice(0, 3000));
  });
});
