// What a person sees while everything starts: one line a part, redrawn in place on a terminal, one line a change elsewhere.
import { styleText } from 'node:util';

interface Row {
  state: 'waiting' | 'busy' | 'done' | 'failed';
  text: string;
}

/** The part of a stream that is written to. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Milliseconds between two frames on a terminal, and between two lines about one busy part elsewhere. */
const frameInterval = 80;
const plainInterval = 5_000;

const marks = { waiting: ' ', busy: '·', done: '✔', failed: '✘' } as const;
const colours = { waiting: 'dim', busy: 'cyan', done: 'green', failed: 'red' } as const;

export class Progress {
  readonly #screen: Screen;
  readonly #rows: Map<string, Row>;
  readonly #width: number;
  readonly #plainSince = new Map<string, number>();
  #drawn = 0;
  #frame: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param parts their names, in the order in which they are shown */
  constructor(screen: Screen, parts: readonly string[]) {
    this.#screen = screen;
    this.#rows = new Map(parts.map((part) => [part, { state: 'waiting', text: '' }]));
    this.#width = Math.max(...parts.map((part) => part.length));
  }

  busy(part: string, text: string): void {
    this.#set(part, 'busy', text);
  }

  done(part: string, text: string): void {
    this.#set(part, 'done', text);
  }

  failed(part: string, text: string): void {
    this.#set(part, 'failed', text);
  }

  /** Draws what is left to draw; nothing changes afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#frame);
    if (this.#screen.isTTY === true) this.#draw();
  }

  #set(part: string, state: Row['state'], text: string): void {
    const row = this.#rows.get(part);
    if (row === undefined || this.#closed || (row.state === 'done' && state === 'busy')) return;
    row.state = state;
    row.text = text;
    if (this.#screen.isTTY === true) {
      this.#frame ??= setTimeout(() => {
        this.#draw();
      }, frameInterval);
    } else {
      this.#writePlain(part, row);
    }
  }

  #draw(): void {
    this.#frame = undefined;
    const lines = [...this.#rows].map(([part, row]) => `\x1b[2K${this.#line(part, row)}\n`);
    // A terminal that is lower than the block cannot be drawn over; the rows that scrolled away stay as they are.
    this.#screen.write(`${this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A`}${lines.join('')}`);
    this.#drawn = lines.length;
  }

  #writePlain(part: string, row: Row): void {
    const now = Date.now();
    const last = this.#plainSince.get(part);
    this.#plainSince.set(part, last ?? now);
    if (row.state === 'busy' && (last === undefined || now - last < plainInterval)) return;
    this.#plainSince.set(part, now);
    this.#screen.write(`${this.#line(part, row)}\n`);
  }

  #line(part: string, { state, text }: Row): string {
    // A wrapped line would be counted as one and drawn over as two.
    const room = this.#screen.isTTY === true ? (this.#screen.columns ?? 80) - this.#width - 7 : Infinity;
    const shown = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
    return `  ${this.#paint(colours[state], marks[state])} ${part.padEnd(this.#width)}  ${shown}`;
  }

  #paint(colour: (typeof colours)[Row['state']], text: string): string {
    const plain = this.#screen.isTTY !== true || (process.env['NO_COLOR'] ?? '') !== '';
    return plain ? text : styleText(colour, text);
  }
}
