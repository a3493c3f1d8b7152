// Our router as it ships, and the processes that are this very benchmark, told by the environment which part they play.
import { readFile } from 'node:fs/promises';
import { Child } from './child.js';

/** The measured process has a CPU of its own; subgraphs, clients and stores share the other. */
export const measuredCpu = 0;
export const otherCpu = 1;

export interface RouterOptions {
  readonly supergraphPath: string;
  readonly configPath: string;
  /** Default: as it was built. */
  readonly file?: string;
  readonly nodeOptions?: readonly string[];
}

/** `router/dist/main.js`, with Node's options, as it ships. */
export async function startRouter({
  supergraphPath,
  configPath,
  file = 'router/dist/main.js',
  nodeOptions = [],
}: RouterOptions): Promise<{ readonly child: Child; readonly url: string }> {
  const child = await Child.start({
    file,
    args: ['--supergraph', supergraphPath, '--config', configPath, '--host', '127.0.0.1', '--port', '0'],
    env: { NODE_ENV: 'production', LOG_LEVEL: 'error', REDIS_URL: '' },
    cpu: measuredCpu,
    nodeOptions: [...(await shippedOptions()), ...nodeOptions],
  });
  return { child, url: `${String(child.listening['url'])}/graphql` };
}

export function startPart(
  part: string,
  env: NodeJS.ProcessEnv,
  options: { readonly cpu: number; readonly nodeOptions?: readonly string[] },
): Promise<Child> {
  const file = process.argv[1] ?? '';
  return Child.start({ file, env: { NODE_ENV: 'production', BENCH_PART: part, ...env }, ...options });
}

/** Of Node, with which `npm start` and all others start a router. */
async function shippedOptions(): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile('router/package.json', 'utf8')) as { nodeOptions: string[] };
  return manifest.nodeOptions;
}
