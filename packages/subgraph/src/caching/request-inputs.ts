// What of an HTTP request a resolver may look at: single headers, and who asks. There is no other way to them, so that what
// shaped an answer is known by name, whether it was there or not.
import type { IncomingHttpHeaders } from 'node:http';
import type { IdentifiedViewer, Viewer } from '../viewer.js';
import type { AnswerRecorder } from './answer-recorder.js';

/** Those of the token that a viewer is made of. */
const viewerClaims = ['sub', 'name', 'roles', 'exp'] as const;

/** Whom the token names; null: there was none; or why it is not valid. */
export type ViewerOutcome = IdentifiedViewer | Error | null;

export class RequestInputs {
  // Not `private`, which is the compiler's alone: a context leads here.
  readonly #headers: IncomingHttpHeaders;
  readonly #outcome: ViewerOutcome;

  constructor(headers: IncomingHttpHeaders, outcome: ViewerOutcome) {
    this.#headers = headers;
    this.#outcome = outcome;
  }

  header(name: string, recorder: AnswerRecorder | null): string | null {
    recorder?.header(name);
    const value = this.#headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }

  /** @throws UNAUTHENTICATED where the token is not valid */
  viewer(recorder: AnswerRecorder | null): Viewer | null {
    const outcome = this.#outcome;
    const isKnown = outcome !== null && !(outcome instanceof Error);
    recorder?.claims(viewerClaims, isKnown ? outcome.expires : null);
    if (outcome instanceof Error) throw outcome;
    return outcome === null ? null : outcome.viewer;
  }
}
