/** Ahead of the other stages, for what has been answered before: the answer that was sent, if it is proven still to be true. */
import type { Question, Recalled, WholeAnswers } from '../caching/whole-answers/whole-answers.js';
import type { SentHeaders } from '../caching/whole-answers/shaping-headers.js';
import type { DirectAnswer } from './direct-answers.js';
import type { ParsedOperation } from './stages.js';

export interface RecallRequest extends Pick<ParsedOperation, 'definition' | 'context'> {
  readonly question: Question<DirectAnswer>;
  readonly sent: SentHeaders;
}

export function recallAnswer(
  { question, sent }: RecallRequest,
  whole: WholeAnswers<DirectAnswer>,
): Promise<Recalled<DirectAnswer>> {
  return whole.recall(question, sent);
}
