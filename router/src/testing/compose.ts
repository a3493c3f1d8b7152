import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

export interface SubgraphDefinition {
  readonly name: string;
  readonly url: string;
  /** Without the link to the federation specification, which `compose` puts before it; `federation1` marks one that has none. */
  readonly typeDefs: string;
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@inaccessible", "@override", "@interfaceObject",
  "@tag", "@cost", "@listSize", "@authenticated", "@requiresScopes", "@policy"
])\n`;

/** The first line of a subgraph in the style of federation 1, which links no specification. */
export const federation1 = '# federation 1\n';

export function withFederationLink(typeDefs: string): string {
  return typeDefs.startsWith(federation1) ? typeDefs : link + typeDefs;
}

/** @returns the supergraph's SDL. @throws with every composition error */
export function compose(subgraphs: readonly SubgraphDefinition[]): string {
  const { errors, supergraphSdl } = composeServices(
    subgraphs.map(({ name, url, typeDefs }) => ({
      name,
      url,
      typeDefs: parse(withFederationLink(typeDefs)),
    })),
  );
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
  return supergraphSdl;
}
