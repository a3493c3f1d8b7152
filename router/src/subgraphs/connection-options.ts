/** What may differ between the connections to two subgraphs on one origin; equal options share connections. */

/** Apollo Router's `experimental_http2`. */
export type Http2Mode = 'disable' | 'enable' | 'http2only';

/** In PEM. */
export interface TlsOptions {
  /** Instead of the authorities that Node.js comes with. */
  readonly ca?: string;
  /** The router's own certificate and key, where the subgraph wants one. */
  readonly cert?: string;
  readonly key?: string;
}
