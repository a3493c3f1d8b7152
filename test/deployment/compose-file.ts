// docker-compose.yml as Compose would read it: merged, with the variables of `.env` in their places.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image: string;
  readonly user: string;
  readonly build?: {
    readonly context: string;
    readonly target: string;
    readonly args?: Readonly<Record<string, string>>;
  };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly logging: { readonly driver: string };
  readonly deploy: {
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
}

/**
 * @param variables of `.env`
 * @throws Error when a variable that has no default is not among them
 */
export function readComposeFile(path: string, variables: Readonly<Record<string, string>>): ComposeFile {
  const file: unknown = parse(readFileSync(path, 'utf8'), { merge: true });
  return interpolated(file, variables) as ComposeFile;
}

/** The `NAME=value` lines of a `.env` file. */
export function parseEnvFile(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
}

/** The names of the variables that the text takes from `.env`. */
export function variablesOf(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(variable), (match) => match.groups?.['name'] ?? ''));
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` (Compose specification, "Interpolation"). */
const variable = /\$\{(?<name>[A-Z_]+)(?::(?<kind>[-?])(?<rest>[^}]*))?\}/g;

function interpolated(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(
      variable,
      (_text, name: string, kind: string | undefined, rest: string | undefined) => {
        const given = variables[name] ?? '';
        if (given !== '') return given;
        if (kind !== '-') throw new Error(`${name}: ${rest ?? 'expected a value but it is not set'}`);
        return rest ?? '';
      },
    );
  }
  if (Array.isArray(value)) return value.map((item: unknown) => interpolated(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolated(item, variables)]));
}
