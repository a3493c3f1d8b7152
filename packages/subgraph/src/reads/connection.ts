// A page of rows in the shape in which it leaves. Cursors are made only when they are asked for: an operation that wants any
// mostly wants the last row's, and those of a thousand rows take longer to make than the rows to read. The getters are of
// classes: each object literal with getters has a hidden class of its own, which costs more than the page.
import type { RawRow } from '../store/statement.js';
import { encodeCursor } from './cursor.js';
import type { Connection, PageInfo } from './page.js';
import type { ReadDefinition } from './read.js';

/** Rows of a page have the text of their order columns as `#0` and on, unless they have it anyway. */
export class RowConnection implements Connection<RawRow> {
  /** @param count the rows of the whole list; null where the operation does not select it */
  constructor(
    private readonly read: ReadDefinition,
    readonly nodes: RawRow[],
    readonly pageInfo: PageInfo,
    private readonly count: number | null,
  ) {}

  get edges(): Edge[] {
    return this.nodes.map((node) => new Edge(this.read, node));
  }

  get totalCount(): number {
    if (this.count === null)
      throw new Error('expected totalCount to be selected, for it is only then counted');
    return this.count;
  }
}

export class RowPageInfo implements PageInfo {
  constructor(
    private readonly read: ReadDefinition,
    private readonly nodes: readonly RawRow[],
    readonly hasNextPage: boolean,
    readonly hasPreviousPage: boolean,
  ) {}

  get startCursor(): string | null {
    const first = this.nodes[0];
    return first === undefined ? null : cursorOf(this.read, first);
  }

  get endCursor(): string | null {
    const last = this.nodes.at(-1);
    return last === undefined ? null : cursorOf(this.read, last);
  }
}

class Edge {
  constructor(
    private readonly read: ReadDefinition,
    readonly node: RawRow,
  ) {}

  get cursor(): string {
    return cursorOf(this.read, this.node);
  }
}

function cursorOf(read: ReadDefinition, row: RawRow): string {
  const values = read.order.map(([property], index) => String(row[`#${index}`] ?? row[property]));
  return encodeCursor(read, values);
}
