/**
 * From the text of router.yaml to a configuration that is right, or to the list of everything that is wrong with it:
 * an operator should need one run to see all mistakes, not one run per mistake.
 */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { expandEnv } from './expand-env.js';
import { describeProblems, formatPath } from './problems.js';
import { routerConfigSchema, type RouterConfig } from './schema.js';

export class ConfigError extends Error {
  constructor(
    readonly source: string,
    readonly problems: readonly string[],
  ) {
    super(`${source} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @param path of the file; `undefined`: all defaults. @throws ConfigError naming every problem. */
export function readConfig(path: string | undefined, env: NodeJS.ProcessEnv): RouterConfig {
  return parseConfig(readConfigText(path), env, path ?? 'the default configuration');
}

/** The text of router.yaml; empty where there is none. @throws ConfigError when it cannot be read */
export function readConfigText(path: string | undefined): string {
  if (path === undefined) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(path, [error instanceof Error ? error.message : String(error)]);
  }
}

/** @throws ConfigError naming every problem. */
export function parseConfig(text: string, env: NodeJS.ProcessEnv, source = 'router.yaml'): RouterConfig {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new ConfigError(
      source,
      document.errors.map((error) => error.message.split('\n')[0]?.replace(/:$/, '') ?? error.code),
    );
  }
  const problems: string[] = [];
  const unexpanded = new Set<string>();
  const input = expandEnv(document.toJS() ?? {}, env, (path, problem) => {
    unexpanded.add(formatPath(path));
    problems.push(`\`${formatPath(path)}\`: ${problem}`);
  });
  const schema = routerConfigSchema(env['NODE_ENV'] !== 'production');
  const result = schema.safeParse(input);
  if (!result.success) {
    const issues = result.error.issues.filter((issue) => !unexpanded.has(formatPath(issue.path)));
    problems.push(...describeProblems(issues, schema, input));
  }
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigError(source, problems);
}
