/**
 * An answer in parts as the payloads of a format. `deferSpec=20220824` repeats label and path with each part;
 * `incrementalSpec=v0.2` announces parts with an id (`pending`) and says of each when it is there (`completed`).
 */
import type { GraphQLResponse } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { answerExtensions } from '../pipeline/answer-extensions.js';
import { JsonData } from '../pipeline/json-data.js';
import type { DeliveredPart, Delivery, PartsOfAnswer, PendingPart } from './answer-in-parts.js';
import type { DeferredPart } from './deferred-parts.js';
import type { IncrementalFormat } from './formats.js';

export type IncrementalBody = Extract<GraphQLResponse['body'], { readonly kind: 'incremental' }>;

export interface PayloadContext {
  readonly format: IncrementalFormat;
  readonly parts: ReadonlyMap<string, DeferredPart>;
  readonly formatErrors: (errors: readonly GraphQLError[]) => GraphQLFormattedError[];
}

/** @param initial of the answer, with parts that are pending */
export function incrementalBody(
  initial: Delivery,
  answer: PartsOfAnswer,
  context: PayloadContext,
): IncrementalBody {
  const first = { ...resultOf(initial, context), hasNext: true };
  if (context.format === 'deferSpec=20220824')
    return { kind: 'incremental', initialResult: first, subsequentResults: oldPayloads(answer, context) };
  const initialResult = { ...first, data: first.data ?? {}, pending: announced(initial.pending, context) };
  return { kind: 'incremental', initialResult, subsequentResults: newPayloads(answer, context) };
}

/** As of an answer that is whole. */
export function resultOf({ response, ...delivery }: Omit<Delivery, 'pending'>, context: PayloadContext) {
  return {
    ...said(delivery, context),
    data: response && new JsonData(response),
  };
}

async function* oldPayloads(answer: PartsOfAnswer, context: PayloadContext) {
  while (!answer.isDone) {
    await answer.ready();
    const parts = answer.take();
    const incremental = parts.map((delivered) => ({
      ...labelOf(delivered.part, context),
      path: delivered.part.path,
      ...resultOf(delivered, context),
    }));
    yield { incremental, hasNext: !answer.isDone };
  }
}

async function* newPayloads(answer: PartsOfAnswer, context: PayloadContext) {
  while (!answer.isDone) {
    await answer.ready();
    const parts = answer.take();
    const pending = parts.flatMap((part) => announced(part.pending, context));
    const incremental = parts.flatMap((part) => incrementalData(part, context));
    const completed = parts.map(({ part, response, errors }) => ({
      id: part.id,
      // A part that a null has taken out has no data, and says here why.
      ...(response === null && { errors: context.formatErrors(errors) }),
    }));
    yield {
      ...(pending.length > 0 && { pending }),
      ...(incremental.length > 0 && { incremental }),
      completed,
      hasNext: !answer.isDone,
    };
  }
}

function incrementalData({ part, response, ...delivery }: DeliveredPart, context: PayloadContext) {
  if (response === null) return [];
  return [{ id: part.id, data: new JsonData(response), ...said(delivery, context) }];
}

function announced(pending: readonly PendingPart[], context: PayloadContext) {
  return pending.map((part) => ({ id: part.id, path: part.path, ...labelOf(part, context) }));
}

function labelOf({ label }: PendingPart, { parts }: PayloadContext) {
  const clientLabel = parts.get(label)?.clientLabel;
  return clientLabel === undefined ? {} : { label: clientLabel };
}

function said(
  { errors, valueCompletion, isUnconfirmed }: Omit<Delivery, 'response' | 'pending'>,
  { formatErrors }: PayloadContext,
) {
  return {
    ...(errors.length > 0 && { errors: formatErrors(errors) }),
    ...answerExtensions(valueCompletion, isUnconfirmed),
  };
}
