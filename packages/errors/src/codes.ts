/**
 * Every `extensions.code` that a Selvedge process can send, with who raises it and what it means.
 * `docs/errors.md` documents each; a test holds the two to each other in both directions.
 */
export const errorCodes = {
  // Raised by @apollo/server, before any of our code runs. We document them because clients see them.
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  BAD_USER_INPUT: 'A variable or an argument has a value that its type does not take.',
  BAD_REQUEST: 'The HTTP request is not a GraphQL request.',
  OPERATION_RESOLUTION_FAILURE:
    'The document has several operations and none was named, or the name is unknown.',
  PERSISTED_QUERY_NOT_FOUND: 'The hash of an automatic persisted query is not known; send the text with it.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'Automatic persisted queries are switched off.',
  // Raised by the router.
  CSRF_ERROR: 'A browser sent the request for a page of another site, or could have.',
  REQUEST_BODY_TOO_LARGE: 'The body is larger than `limits.http_max_request_bytes`.',
  BATCH_LIMIT_EXCEEDED: 'A client sent more operations in one array than `batching.maximum_size`.',
  MAX_DEPTH_LIMIT: 'The operation is deeper than `limits.max_depth`.',
  MAX_HEIGHT_LIMIT: 'The operation selects more fields than `limits.max_height`.',
  MAX_ALIASES_LIMIT: 'The operation has more aliases than `limits.max_aliases`.',
  MAX_ROOT_FIELDS_LIMIT: 'The operation has more root fields than `limits.max_root_fields`.',
  COST_QUERY_PARSE_FAILURE:
    'The cost of the operation cannot be told, because a list in it has no clear size.',
  COST_ESTIMATED_TOO_EXPENSIVE: 'The estimated cost is above `demand_control.strategy.static_estimated.max`.',
  QUERY_PLANNING_FAILED: 'The operation is valid, but there is no way to answer it within bounds.',
  CACHE_UNAVAILABLE:
    'The cache cannot be reached, and `response_cache.mode: strict` changes nothing that it might not learn of.',
  SUPERGRAPH_NOT_LOADED: 'No supergraph is loaded: the router is starting or stopping.',
  SUBREQUEST_HTTP_ERROR: 'A subgraph could not be reached, or answered with an HTTP error.',
  SUBREQUEST_TIMEOUT: 'A subgraph did not answer within its deadline.',
  SUBREQUEST_MALFORMED_RESPONSE: 'A subgraph answered with something that is not a GraphQL response.',
  DOWNSTREAM_SERVICE_ERROR: 'A subgraph sent an error without a code, or one that is hidden from clients.',
  REQUEST_TIMEOUT:
    'The request did not finish within `traffic_shaping.router.timeout`, or in a subgraph within the time that its sender gave.',
  // Raised by the subgraph kit and by subgraphs.
  REQUEST_EXPIRED: 'A mutation came to a subgraph when the time in which it had to be carried out was over.',
  UNSUPPORTED_CONTENT_CODING: 'The body is compressed in a way that the subgraph cannot decode.',
  UNAUTHENTICATED: 'The request names no user, or its token is not valid.',
  FORBIDDEN: 'The user may not do or see this.',
  NOT_FOUND: 'What the argument names does not exist.',
  INVALID_KEY: 'An entity reference has a key whose value cannot be a key.',
  INVALID_CURSOR: 'A pagination cursor was not made by this connection.',
  CONFLICT: 'The change is not possible in the present state.',
  STORE_UNAVAILABLE: 'The store of this subgraph cannot be reached at the moment.',
  // Raised by both for whatever was not foreseen.
  INTERNAL_SERVER_ERROR:
    'Something failed inside; `extensions.id` is the id of the log line that has the cause.',
} as const;

export type ErrorCode = keyof typeof errorCodes;
