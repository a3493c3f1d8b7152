/**
 * Answers to known operations, kept in this process as the bytes that were sent. They save the work, never the check: each is
 * proven anew in every request (`still-proven.ts`). An answer belongs to a question, which is all that shapes it but headers;
 * which headers shaped it is known of each answer, and a request gets one where it agrees on all of them.
 */
import { CacheUnavailable, type CacheBackend, type Doubt } from '@selvedge/cache';
import { LRUCache } from 'lru-cache';
import type { PartProof } from '../../execution/fetch-answer.js';
import { isKeepable, keptAnswer, type KeptAnswer, type SentAnswer } from './kept-answer.js';
import { shapingHeaders, valuesOf, type SentHeaders, type ShapingHeaders } from './shaping-headers.js';
import { doubtOfKept } from './still-proven.js';

export interface WholeAnswersOptions {
  readonly backend: Pick<CacheBackend, 'states' | 'records'>;
  /** Of all answers, about. */
  readonly maxBytes: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** An operation of a supergraph with its variables and labels, while any answer to it is kept. */
export interface Question<Answer extends SentAnswer> {
  readonly key: string;
  readonly variants: Set<Variant<Answer>>;
}

/** Answers that were shaped by the same headers, by their values. */
interface Variant<Answer extends SentAnswer> {
  readonly shapedBy: ShapingHeaders;
  readonly answers: Map<string, KeptAnswer<Answer>>;
}

/** Where an answer is found. */
interface Place<Answer extends SentAnswer> {
  readonly question: Question<Answer>;
  readonly variant: Variant<Answer>;
  readonly values: string;
}

export interface Recalled<Answer extends SentAnswer> {
  readonly kept: KeptAnswer<Answer> | null;
  /** Why not, where there is one; `null`: there is none. */
  readonly doubt: Doubt | 'unavailable' | null;
}

export class WholeAnswers<Answer extends SentAnswer> {
  private readonly questions = new Map<string, Question<Answer>>();
  private readonly answers: LRUCache<KeptAnswer<Answer>, Place<Answer>>;
  private readonly maxAnswerBytes: number;
  private readonly now: () => number;

  constructor(private readonly options: WholeAnswersOptions) {
    this.now = options.now ?? Date.now;
    this.maxAnswerBytes = Math.ceil(options.maxBytes / 8);
    this.answers = new LRUCache<KeptAnswer<Answer>, Place<Answer>>({
      maxSize: options.maxBytes,
      sizeCalculation: sizeOf,
      dispose: (place, answer) => {
        this.forget(place, answer);
      },
    });
  }

  /** What the answers take, about. */
  get bytes(): number {
    return this.answers.calculatedSize;
  }

  /** @returns `undefined` where no answer to it is kept */
  question(key: string): Question<Answer> | undefined {
    return this.questions.get(key);
  }

  /** The answer for a request that sends these headers, if it is proven at this moment. */
  async recall(question: Question<Answer>, sent: SentHeaders): Promise<Recalled<Answer>> {
    const now = this.now();
    const kept = this.find(question, sent, now);
    if (kept === null) return { kept, doubt: null };
    try {
      const doubt = await doubtOfKept(kept, this.options.backend, now);
      if (doubt === null) return { kept, doubt };
      // A write in doubt may come to nothing; whatever else is in doubt stays so.
      if (doubt !== 'the outcome of a write is unknown') this.answers.delete(kept);
      return { kept: null, doubt };
    } catch (error) {
      if (error instanceof CacheUnavailable) return { kept: null, doubt: 'unavailable' };
      throw error;
    }
  }

  /** @param sent by the request that the answer was made for. @returns the question; `null`: it is not kept */
  keep(
    key: string,
    sent: SentHeaders,
    answer: Answer,
    proofs: readonly PartProof[] | null,
  ): Question<Answer> | null {
    if (!isKeepable(proofs, this.now())) return null;
    const known = this.questions.get(key) ?? { key, variants: new Set<Variant<Answer>>() };
    const shapedBy = shapingHeaders(proofs);
    const variant = variantOf(known, shapedBy);
    if (variant === null) return null;
    const place = { question: known, variant, values: valuesOf(shapedBy, sent) };
    const kept = keptAnswer(answer, proofs);
    if (sizeOf(place, kept) > this.maxAnswerBytes) return null;
    const previous = variant.answers.get(place.values);
    if (previous !== undefined) this.answers.delete(previous);
    variant.answers.set(place.values, kept);
    known.variants.add(variant);
    this.questions.set(key, known);
    this.answers.set(kept, place);
    return known;
  }

  private find({ variants }: Question<Answer>, sent: SentHeaders, now: number): KeptAnswer<Answer> | null {
    for (const { shapedBy, answers } of variants) {
      const kept = answers.get(valuesOf(shapedBy, sent));
      if (kept === undefined) continue;
      if (kept.expiresAt <= now) {
        this.answers.delete(kept);
        continue;
      }
      // Says that it is in use.
      this.answers.get(kept);
      return kept;
    }
    return null;
  }

  private forget({ question, variant, values }: Place<Answer>, kept: KeptAnswer<Answer>): void {
    if (variant.answers.get(values) === kept) variant.answers.delete(values);
    if (variant.answers.size === 0) question.variants.delete(variant);
    if (question.variants.size === 0) this.questions.delete(question.key);
  }
}

/** @returns `null` where the answers to a question are shaped by ever other headers, so that each look-up would get slower */
function variantOf<Answer extends SentAnswer>(
  { variants }: Question<Answer>,
  shapedBy: ShapingHeaders,
): Variant<Answer> | null {
  for (const variant of variants) if (variant.shapedBy.key === shapedBy.key) return variant;
  return variants.size < maxVariants ? { shapedBy, answers: new Map() } : null;
}

const maxVariants = 8;

function sizeOf(
  { question, values }: Pick<Place<SentAnswer>, 'question' | 'values'>,
  { size }: KeptAnswer,
): number {
  return size + question.key.length + values.length;
}
