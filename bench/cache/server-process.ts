// The processes of the run beside this one: the subgraphs, and each contestant.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Child } from '../measuring/child.js';
import { measuredCpu, startPart, startRouter } from '../measuring/router-process.js';
import { serveSubgraphs } from '../router/subgraphs.js';
import { plainOnes, routerYaml, type Contestant } from './contestants.js';
import type { Origin } from './origins/origin.js';
import { prepareStores, type BenchRedis } from './redis.js';
import { cacheable } from './subgraphs.js';
import { buildUnproven } from './unproven-build.js';

/** What is fixed for the contestants in front of one origin. */
export interface Stage {
  /** A folder for files that they read. */
  readonly folder: string;
  readonly supergraphPath: string;
  readonly redis: BenchRedis;
  readonly origin: Origin;
}

/** Writes the files that contestants read. What others have kept in this Redis is no more. */
export async function prepareStage(folder: string, redis: BenchRedis, origin: Origin): Promise<Stage> {
  const supergraphPath = join(folder, 'supergraph.graphql');
  await writeFile(supergraphPath, origin.supergraph);
  await redis.flush();
  return { folder, supergraphPath, redis, origin };
}

export async function startContestant(
  contestant: Contestant,
  { folder, supergraphPath, redis, origin }: Stage,
  nodeOptions: readonly string[],
): Promise<{ readonly child: Child; readonly url: string }> {
  const yaml = routerYaml(contestant, redis.url);
  if (yaml === null) {
    const env = { BENCH_SUPERGRAPH: supergraphPath, BENCH_REDIS: redis.url };
    const child = await startPart(contestant, env, { cpu: measuredCpu, nodeOptions });
    return { child, url: String(child.listening['url']) };
  }
  await prepareStores(redis.url, contestant, origin.names);
  const configPath = join(folder, `${contestant}.yaml`);
  await writeFile(configPath, yaml);
  const file = plainOnes[contestant] === undefined ? undefined : await buildUnproven(folder);
  return startRouter({ supergraphPath, configPath, nodeOptions, ...(file !== undefined && { file }) });
}

/** In the process of a part: serves until the parent goes away. */
export async function servePart(part: string): Promise<void> {
  process.on('disconnect', () => process.exit());
  const listening =
    part === 'subgraphs' ? { urls: await serveSubgraphs(cacheable) } : { url: await serve(part) };
  process.send?.({ type: 'listening', ...listening });
}

/** The contestant's URL. What another contestant needs is not loaded. */
async function serve(contestant: string): Promise<string> {
  const env = (name: string): string => process.env[`BENCH_${name}`] ?? '';
  let answer = '{"data":{}}';
  process.on('message', (message: { readonly type?: string; readonly answer?: string }) => {
    if (message.type === 'answer') answer = message.answer ?? '';
  });
  const supergraph = await readFile(env('SUPERGRAPH'), 'utf8');
  switch (contestant) {
    case 'stock-cached':
      return (await import('./contestants/stock-cached.js')).serve(supergraph, env('REDIS'));
    case 'apollo-constant':
      return (await import('../router/contestants/apollo-constant.js')).serve(supergraph, () => answer);
    case 'constant':
      return (await import('../router/contestants/constant.js')).serve(() => answer);
    default:
      throw new Error(`expected a contestant but got ${contestant}`);
  }
}
