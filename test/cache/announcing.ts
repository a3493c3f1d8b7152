// Writes past the routers, and how they are announced: with the body that Apollo Router's endpoint takes. What was announced is
// announced again now and then, late and in another order.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Random } from './random.js';
import type { Way } from './reading.js';
import { sharedKey, type System } from './system.js';

export interface DirectWrite {
  readonly id: string;
  readonly nonce: string;
  readonly group: number | null;
}

export class Announcer {
  readonly #system: System;
  readonly #random: Random;
  readonly #sent: object[] = [];

  constructor(system: System, random: Random) {
    this.#system = system;
    this.#random = random;
  }

  /** @returns the tags of what it has written */
  async written(items: Pool, { id, nonce, group }: DirectWrite): Promise<readonly string[]> {
    const connection = await items.connect();
    try {
      await connection.query('BEGIN');
      const { rows } = await connection.query<{ old: number; group_id: number }>(
        'SELECT group_id AS old FROM items WHERE id = $1 FOR UPDATE',
        [id],
      );
      const before = rows[0]?.old ?? -1;
      const updated = await connection.query<{ version: number; group_id: number }>(
        `UPDATE items SET version = version + 1, value = $2, group_id = coalesce($3, group_id) WHERE id = $1
         RETURNING version, group_id`,
        [id, nonce, group],
      );
      const row = updated.rows[0];
      await connection.query('INSERT INTO writes VALUES ($1, $2, $3, $4)', [
        nonce,
        `item:${id}`,
        row?.version,
        row?.group_id,
      ]);
      await connection.query('COMMIT');
      const both = [...new Set([before, row?.group_id ?? -1])];
      return [
        `items:id=${id}`,
        'items:',
        'items[]',
        ...both.flatMap((of) => [`items:group_id=${of}`, `items[group_id=${of}]`]),
      ];
    } finally {
      connection.release();
    }
  }

  /** Announces until somebody has taken it. @returns the router that has */
  async until(tags: readonly string[], way: () => Way): Promise<number> {
    if (!this.#system.isCached) return 0;
    const body = tags.map((tag) => ({ kind: 'cache_tag', subgraphs: ['items'], cache_tag: tag }));
    this.#sent.push(body);
    for (;;) {
      const { router } = way();
      if (await this.#post(body, router)) return router;
      await sleep(100);
    }
  }

  /** Some of what was announced, again: nothing may come of it. */
  async repeat(count: number): Promise<void> {
    for (let nth = 0; nth < count && this.#sent.length > 0; nth += 1) {
      await this.#post(this.#random.of(this.#sent), this.#random.below(this.#system.routers.length));
    }
  }

  async #post(body: object, router: number): Promise<boolean> {
    const url = this.#system.routers[router]?.invalidationUrl ?? '';
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: sharedKey },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}
