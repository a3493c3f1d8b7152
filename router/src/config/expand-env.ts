/**
 * `${env.NAME}`, `${env.NAME:-default}` and `${file.PATH}` in the values of router.yaml, as Apollo Router expands them: a
 * value that is nothing but an expansion becomes a number or a boolean where it looks like one; within a longer text it
 * stays text.
 */
import { readFileSync } from 'node:fs';

export function expandEnv(
  value: unknown,
  env: NodeJS.ProcessEnv,
  report: (path: readonly string[], problem: string) => void,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string')
    return expandText(value, env, (problem) => {
      report(path, problem);
    });
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => expandEnv(item, env, report, [...path, String(index)]));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expandEnv(item, env, report, [...path, key])]),
  );
}

const expansion = /\$\{(?<source>[^}:]*?)(?::-(?<fallback>[^}]*))?\}/g;

function expandText(text: string, env: NodeJS.ProcessEnv, report: (problem: string) => void): unknown {
  const expanded = text.replace(expansion, (match: string, source: string, fallback: string | undefined) => {
    if (source.startsWith('file.')) return readText(source.slice('file.'.length), report);
    if (!source.startsWith('env.')) {
      report(`expected \`\${env.NAME}\` or \`\${file.PATH}\` but got \`${match}\``);
      return '';
    }
    const name = source.slice('env.'.length);
    const found = env[name] ?? fallback;
    if (found === undefined) report(`expected the environment variable ${name} but it is not set`);
    return found ?? '';
  });
  const isWhole = text.match(expansion)?.[0] === text;
  return isWhole ? coerce(expanded) : expanded;
}

function readText(path: string, report: (problem: string) => void): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    report(`expected a file at ${path} but reading it gave ${code}`);
    return '';
  }
}

function coerce(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
