/** An operation cut into parts with `@defer`, and the parts of its answer put together again. */
import { Kind, parse, print, visit, type InlineFragmentNode, type SelectionSetNode } from 'graphql';
import type { AnswerError } from './engines.js';
import type { Operation } from './generate-operation.js';

/** @returns the same operation with some selections of each selection set, at random, in a deferred fragment */
export function withParts({ query, cut = 0 }: Operation): string {
  let state = cut + 1;
  const chance = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648 < 0.3;
  };
  const document = visit(parse(query, { noLocation: true }), {
    SelectionSet: {
      leave(set): SelectionSetNode | undefined {
        const later = set.selections.filter(chance);
        if (later.length === 0) return undefined;
        const rest = set.selections.filter((selection) => !later.includes(selection));
        return { ...set, selections: [...rest, deferred({ ...set, selections: later })] };
      },
    },
  });
  return print(document);
}

function deferred(selectionSet: SelectionSetNode): InlineFragmentNode {
  const name = { kind: Kind.NAME, value: 'defer' } as const;
  return { kind: Kind.INLINE_FRAGMENT, directives: [{ kind: Kind.DIRECTIVE, name }], selectionSet };
}

/** One of an answer that comes in several (`deferSpec=20220824`). */
export interface Payload {
  readonly data?: unknown;
  readonly errors?: readonly AnswerError[];
  readonly incremental?: readonly {
    readonly path?: readonly (string | number)[];
    readonly data?: unknown;
    readonly errors?: readonly AnswerError[];
  }[];
}

export interface PutTogether {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
  /** How many came later. */
  readonly parts: number;
}

export function putTogether(payloads: readonly Payload[]): PutTogether {
  let data: unknown = null;
  let parts = 0;
  const errors: AnswerError[] = [];
  for (const payload of payloads) {
    if ('data' in payload) ({ data } = payload);
    errors.push(...(payload.errors ?? []));
    for (const part of payload.incremental ?? []) {
      parts += 1;
      errors.push(...(part.errors ?? []));
      const target = (part.path ?? []).reduce<unknown>(
        (value, step) => (isRecord(value) ? value[step] : undefined),
        data,
      );
      mergeInto(target, part.data);
    }
  }
  return { data, errors, parts };
}

function mergeInto(target: unknown, source: unknown): void {
  if (!isRecord(target) || !isRecord(source)) return;
  for (const [key, value] of Object.entries(source)) {
    if (isRecord(target[key]) && isRecord(value)) mergeInto(target[key], value);
    else target[key] = value;
  }
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
