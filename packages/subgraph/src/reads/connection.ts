// A page of rows in the shape in which it leaves. Cursors are made only when they are asked for: an operation that wants any
// mostly wants the last row's, and those of a thousand rows take longer to make than the rows to read.
import type { RawRow } from '../store/statement.js';
import { encodeCursor } from './cursor.js';
import type { Connection, PageInfo } from './page.js';
import type { ReadDefinition } from './read.js';

/**
 * @param nodes rows that have the text of their order columns as `#0` and on
 * @param count the rows of the whole list; null where the operation does not select it
 */
export function connection(
  read: ReadDefinition,
  nodes: RawRow[],
  { hasNextPage, hasPreviousPage }: Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'>,
  count: number | null,
): Connection<RawRow> {
  return {
    nodes,
    get edges() {
      return nodes.map((node) => new Edge(read, node));
    },
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return cursorOf(read, nodes[0]);
      },
      get endCursor() {
        return cursorOf(read, nodes.at(-1));
      },
    },
    get totalCount(): number {
      if (count === null) throw new Error('expected totalCount to be selected, for it is only then counted');
      return count;
    },
  };
}

class Edge {
  constructor(
    private readonly read: ReadDefinition,
    readonly node: RawRow,
  ) {}

  get cursor(): string {
    return encodeCursor(this.read, cursorValues(this.read, this.node));
  }
}

function cursorOf(read: ReadDefinition, row: RawRow | undefined): string | null {
  return row === undefined ? null : encodeCursor(read, cursorValues(read, row));
}

function cursorValues(read: ReadDefinition, row: RawRow): string[] {
  return read.order.map((_, index) => String(row[`#${index}`]));
}
