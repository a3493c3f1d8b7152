// The block that `npm start` ends with: everything a person needs to begin, and nothing else.
import type { DevelopmentToken } from './tokens.js';

export interface Summary {
  readonly routerUrl: string;
  /** GraphQL endpoint by subgraph. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly logFolder: string;
  readonly tokens: readonly DevelopmentToken[];
  /** From the start of the process, in milliseconds. */
  readonly took: number;
}

export function describeSystem({ routerUrl, subgraphUrls, logFolder, tokens, took }: Summary): string {
  const rows: [string, string][] = [
    ['Explorer', `${routerUrl}/`],
    ['GraphQL', `${routerUrl}/graphql`],
    ...subgraphUrls,
    ['Logs', logFolder],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const sections = [
    `Ready after ${(took / 1000).toFixed(1)} s.`,
    rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n'),
    'To be somebody, send the header `authorization: Bearer <token>`; these hold until the next start:',
    tokens.map(({ username, roles, token }) => `  ${username} (${roles.join(', ')})\n  ${token}`).join('\n'),
    'Ctrl-C stops everything.',
  ];
  return `\n${sections.join('\n\n')}\n`;
}
