// The processes of the run beside this one: the subgraphs, and each contestant.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Child } from '../measuring/child.js';
import { measuredCpu, otherCpu, startPart, startRouter } from '../measuring/router-process.js';
import { routerYaml, type Contestant } from './contestants.js';
import { supergraphOf } from './shop.js';
import { serveSubgraphs, type Stats, type SubgraphUrls } from './subgraphs.js';

/** What is fixed for the contestants of one run. */
export interface Stage {
  /** A folder for files that they read. */
  readonly folder: string;
  readonly urls: SubgraphUrls;
  readonly supergraphPath: string;
}

export interface Subgraphs {
  readonly urls: SubgraphUrls;
  /** Since the last time. */
  takeStats(): Promise<Stats>;
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

export async function startSubgraphs(): Promise<Subgraphs> {
  const child = await startPart('subgraphs', {}, { cpu: otherCpu });
  const urls = child.listening['urls'] as SubgraphUrls;
  return {
    urls,
    takeStats: async () => {
      const response = await fetch(new URL('/stats', urls.accounts));
      return (await response.json()) as Stats;
    },
    cpuSeconds: async () => (await child.usage()).cpuSeconds,
    stop: () => child.stop(),
  };
}

/** Writes the files that contestants read. */
export async function prepareStage(folder: string, urls: SubgraphUrls): Promise<Stage> {
  const supergraphPath = join(folder, 'supergraph.graphql');
  await writeFile(supergraphPath, supergraphOf(urls));
  return { folder, urls, supergraphPath };
}

export interface ContestantOptions {
  readonly forwardsHeaders: boolean;
  readonly nodeOptions?: readonly string[];
}

export async function startContestant(
  contestant: Contestant,
  { folder, urls, supergraphPath }: Stage,
  { forwardsHeaders, nodeOptions = [] }: ContestantOptions,
): Promise<{ readonly child: Child; readonly url: string }> {
  const yaml = routerYaml(contestant, forwardsHeaders, new URL(urls.accounts).origin);
  if (yaml === null) {
    const env = {
      BENCH_URLS: JSON.stringify(urls),
      BENCH_SUPERGRAPH: supergraphPath,
      BENCH_FORWARDS: String(forwardsHeaders),
    };
    const child = await startPart(contestant, env, { cpu: measuredCpu, nodeOptions });
    return { child, url: String(child.listening['url']) };
  }
  const configPath = join(folder, `${contestant}-${String(forwardsHeaders)}.yaml`);
  await writeFile(configPath, yaml);
  return startRouter({ supergraphPath, configPath, nodeOptions });
}

/** In the process of a part: serves until the parent goes away. */
export async function servePart(part: string): Promise<void> {
  process.on('disconnect', () => process.exit());
  const listening = part === 'subgraphs' ? { urls: await serveSubgraphs() } : { url: await serve(part) };
  process.send?.({ type: 'listening', ...listening });
}

/** The contestant's URL. What another contestant needs is not loaded. */
async function serve(contestant: string): Promise<string> {
  const env = (name: string): string => process.env[`BENCH_${name}`] ?? '';
  const { readFileSync } = await import('node:fs');
  const supergraph = readFileSync(env('SUPERGRAPH'), 'utf8');
  let answer = '{"data":{}}';
  process.on('message', (message: { readonly type?: string; readonly answer?: string }) => {
    if (message.type === 'answer') answer = message.answer ?? '';
  });
  switch (contestant) {
    case 'stock':
      return (await import('./contestants/stock.js')).serve(supergraph, env('FORWARDS') === 'true');
    case 'fan-out':
      return (await import('./contestants/fan-out.js')).serve(
        JSON.parse(env('URLS')) as SubgraphUrls,
        env('FORWARDS') === 'true',
      );
    case 'apollo-constant':
      return (await import('./contestants/apollo-constant.js')).serve(supergraph, () => answer);
    case 'constant':
      return (await import('./contestants/constant.js')).serve(() => answer);
    default:
      throw new Error(`expected a contestant but got ${contestant}`);
  }
}
