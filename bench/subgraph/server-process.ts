// A contestant's process: serves, and tells its parent over Node's IPC where it listens and what CPU time it has used.
import type { SubgraphPlugin } from '@selvedge/subgraph';
import type { Contestant } from './contestants.js';

export type ServerMessage =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'usage'; readonly cpuSeconds: number; readonly residentBytes: number };

/** Serves until the parent goes away. */
export async function serveContestant(contestant: Contestant): Promise<void> {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    tell({ type: 'usage', cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() });
  });
  process.on('disconnect', () => process.exit());
  tell({ type: 'listening', url: await start(contestant, process.env['DATABASE_URL'] ?? '') });
}

/** The contestant's URL. What another contestant needs is not loaded. */
async function start(contestant: Contestant, databaseUrl: string): Promise<string> {
  switch (contestant) {
    case 'hand-written':
      return (await import('./contestants/hand-written.js')).serve(databaseUrl);
    case 'kit':
      return (await import('./contestants/kit.js')).serve([]);
    case 'kit-through-apollo':
      return (await import('./contestants/kit.js')).serve([anyPlugin]);
    case 'kit-uncompiled':
      return (await import('./contestants/kit.js')).serve([watchingPlugin]);
    case 'graphql-js':
      return (await import('./contestants/graphql-js.js')).serve(databaseUrl);
    case 'typeorm-dataloader':
      return (await import('./contestants/typeorm.js')).serve(databaseUrl, 'dataloader');
    case 'typeorm-n+1':
      return (await import('./contestants/typeorm.js')).serve(databaseUrl, 'n+1');
  }
}

/** With any plugin, every operation goes through @apollo/server. */
const anyPlugin: SubgraphPlugin = {};

/** With one that watches executions, graphql-js has to execute. */
const watchingPlugin: SubgraphPlugin = {
  requestDidStart: () => Promise.resolve({ executionDidStart: () => Promise.resolve() }),
};

function tell(message: ServerMessage): void {
  process.send?.(message);
}
