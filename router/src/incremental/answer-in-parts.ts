/**
 * The answer of an operation with `@defer`, in the order in which it is ready: first what is not deferred, then each
 * deferred part at each place that it has, as soon as the fetches of the part are done. Knows no format.
 *
 * Kept true: a part comes after the part that its place is in; a place that a null has taken out has no parts; an error
 * comes with the part that it is about, at its path in the whole answer.
 */
import type { GraphQLError } from 'graphql';
import { explain } from '../execution/answer.js';
import type { CompiledOperation } from '../execution/compiled-operation.js';
import { clientPath, dataErrors, type DataError, type Path, type PlacedError } from '../execution/places.js';
import type { PlanInParts } from '../execution/run-plan.js';
import type { ObjectShape } from '../execution/shape.js';
import {
  writePart,
  type Beginning,
  type DeferredPlace,
  type WrittenPart,
} from '../execution/write-answer.js';

/** Something that is yet to come. */
export interface PendingPart {
  readonly id: string;
  /** Ours (see `deferred-parts.ts`). */
  readonly label: string;
  readonly path: Path;
}

export interface Delivery {
  /** `{"data":` … `}`; `null` where a null has reached the object that it is of. */
  readonly response: Buffer | null;
  readonly errors: readonly GraphQLError[];
  readonly valueCompletion: readonly GraphQLError[];
  /** Whether something was written that others may not see yet: once for an answer. */
  readonly isUnconfirmed: boolean;
  /** What comes later of what is in it. */
  readonly pending: readonly PendingPart[];
}

export interface DeliveredPart extends Delivery {
  readonly part: PendingPart;
}

interface Item extends PendingPart {
  readonly place: DeferredPlace;
}

/** Parts are executed and shaped in turns. */
export interface PartsOfAnswer {
  /** Whether all parts that there are have been taken. */
  readonly isDone: boolean;
  /** Shapes what is not deferred: first and once. */
  initial(): Delivery;
  /** Waits for the next parts. */
  ready(): Promise<void>;
  /** Shapes all that are ready, at all their places. */
  take(): DeliveredPart[];
}

export class AnswerInParts implements PartsOfAnswer {
  /** By label: announced, and not yet delivered. */
  private readonly pending = new Map<string, Item[]>();
  private readonly finished = new Set<string>();
  private errors: DataError[] = [];
  private failuresSeen = 0;
  private ids = 0;
  private hasToldUnconfirmed = false;

  /** @param run whose part `null` is done */
  constructor(
    private readonly compiled: CompiledOperation,
    private readonly run: PlanInParts,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly isUnconfirmed: () => boolean,
  ) {}

  get isDone(): boolean {
    return this.pending.size === 0;
  }

  initial(): Delivery {
    const { shape } = this.compiled;
    const { results } = this.run;
    const position = results.rootPosition(shape.node);
    const beginning = { object: shape, typename: shape.type.name, position, path: [], dataPath: [] };
    const written = writePart(beginning, results, this.variables);
    const pending = this.announce(written);
    this.readErrors();
    return { ...this.delivery(beginning, written, null), pending };
  }

  async ready(): Promise<void> {
    await Promise.race([...this.pending.keys()].map((label) => this.whenFinished(label)));
  }

  take(): DeliveredPart[] {
    this.readErrors();
    const labels = [...this.pending.keys()].filter((label) => this.finished.has(label));
    return labels.flatMap((label) => {
      const items = this.pending.get(label) ?? [];
      this.pending.delete(label);
      return items.map((item, index) => this.deliver(item, index === items.length - 1));
    });
  }

  private async whenFinished(label: string): Promise<void> {
    await this.run.done(label);
    this.finished.add(label);
  }

  private announce({ deferred }: WrittenPart): PendingPart[] {
    return deferred.map((place) => {
      const { label } = place.shape;
      const item = { id: String(this.ids), label, path: place.path, place };
      this.ids += 1;
      const known = this.pending.get(label);
      if (known === undefined) this.pending.set(label, [item]);
      else known.push(item);
      return item;
    });
  }

  private deliver(item: Item, isLast: boolean): DeliveredPart {
    const { place, label } = item;
    const { results } = this.run;
    const position = results.positionAt(this.compiled.shape.node, place.dataPath);
    if (position === null) throw new Error('expected an object that was there to be there still');
    const beginning = { ...place, object: place.shape.object, position };
    const written = writePart(beginning, results, this.variables);
    const pending = this.announce(written);
    return { part: item, ...this.delivery(beginning, written, isLast ? label : undefined), pending };
  }

  /** @param label whose errors all go with it now, wherever they belong; `undefined`: others come after it */
  private delivery(
    beginning: Beginning,
    { response, problems }: WrittenPart,
    label: string | null | undefined,
  ): Omit<Delivery, 'pending'> {
    const placed = this.takeErrors(beginning, label);
    const { errors, valueCompletion } = explain(placed, problems);
    const isUnconfirmed = !this.hasToldUnconfirmed && this.isUnconfirmed();
    this.hasToldUnconfirmed ||= isUnconfirmed;
    return { response, errors, valueCompletion, isUnconfirmed };
  }

  /** Those of fetches that have failed since, of whatever part: they wait for theirs. */
  private readErrors(): void {
    const { failures, results } = this.run;
    const news = failures.slice(this.failuresSeen);
    this.failuresSeen = failures.length;
    if (news.length > 0) this.errors.push(...dataErrors(this.compiled.plan, results, news));
  }

  private takeErrors({ object, path, dataPath }: Beginning, label: string | null | undefined): PlacedError[] {
    const placed: PlacedError[] = [];
    const seen = new Set<string>();
    this.errors = this.errors.filter((error) => {
      const rest = below(dataPath, error.dataPath);
      const known = rest && clientPath(rest, object);
      const isIn = known !== undefined && known.length === rest?.length;
      if (!isIn && (error.part !== label || this.isAwaited(error.dataPath))) return true;
      const inner = known && [...path, ...known];
      const key = JSON.stringify([error.subgraph, error.error.message, inner]);
      if (!seen.has(key)) placed.push({ ...error, path: inner });
      seen.add(key);
      return false;
    });
    return placed;
  }

  /** Whether a part that is yet to come has what the path leads to. */
  private isAwaited(dataPath: Path | undefined): boolean {
    for (const items of this.pending.values()) {
      for (const { place } of items) {
        const rest = below(place.dataPath, dataPath);
        if (rest !== undefined && hasField(place.shape.object, rest[0])) return true;
      }
    }
    return false;
  }
}

/** @returns what is left of a path that leads through another one */
function below(outer: Path, path: Path | undefined): Path | undefined {
  const isBelow = outer.every((step, index) => path?.[index] === step);
  return isBelow ? path?.slice(outer.length) : undefined;
}

function hasField(object: ObjectShape, key: string | number | undefined): boolean {
  return typeof key === 'string' && object.fieldOf(key) !== undefined;
}
