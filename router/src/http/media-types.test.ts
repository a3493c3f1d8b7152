import { expect, test } from 'vitest';
import { negotiate, operationStatus } from './media-types.js';

const json = 'application/json; charset=utf-8';
const graphql = 'application/graphql-response+json; charset=utf-8';

test.each<[string | undefined, string | null]>([
  [undefined, json],
  ['', json],
  ['*/*', json],
  ['application/*', json],
  ['application/json', json],
  ['APPLICATION/JSON', json],
  ['application/graphql-response+json', graphql],
  // What browsers, Apollo Client and graphql-request say.
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8', json],
  ['application/graphql-response+json,application/json;q=0.9', graphql],
  ['multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9', graphql],
  // Of equals, the one that is named more exactly, then the one that is named first.
  ['application/graphql-response+json, application/json', graphql],
  ['application/json, application/graphql-response+json', json],
  ['*/*, application/graphql-response+json', graphql],
  ['application/graphql-response+json, */*', graphql],
  ['application/json, application/graphql-response+json;charset=utf-8', graphql],
  // Quality goes before both, and the most exact range says which it is.
  ['application/json;q=0.5, application/graphql-response+json;q=0.6', graphql],
  ['application/graphql-response+json;q=0.5, */*;q=0.9', json],
  ['application/json;q=0.1, application/*;q=0.2, */*;q=0.9', graphql],
  ['application/json; q=0, */*', graphql],
  ['application/json;Q=0.5;charset=utf-8, application/graphql-response+json;q=0.4', json],
  ['application/json;q=0.5;profile=other, application/graphql-response+json;q=0.4', graphql],
  // Parameters.
  ['application/json; charset=UTF-8', json],
  ['application/json;charset="utf-8"', json],
  ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', graphql],
  ['text/plain;title="a, b;c", application/json', json],
  // Nothing of ours: 406.
  ['text/html', null],
  ['text/*', null],
  ['application/xml', null],
  ['multipart/mixed;deferSpec=20220824', null],
  ['application/json;charset=iso-8859-1', null],
  ['application/json;profile=other', null],
  ['application/json;q=0', null],
  ['*/*;q=0', null],
  ['*/json', null],
  ['application/json;q=much', null],
  ['json', null],
  [',,;;', null],
])('Accept: %s', (accept, expected) => {
  expect(negotiate(accept)).toBe(expected);
});

test('the failure of a well-formed request is status 200 in application/json, unless it is more than that', () => {
  expect([400, 405, 500, 504, 200].map((status) => operationStatus(status, json))).toEqual([
    200, 405, 500, 504, 200,
  ]);
  expect([400, 405, 500].map((status) => operationStatus(status, graphql))).toEqual([400, 405, 500]);
});
