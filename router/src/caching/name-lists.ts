/**
 * Which headers answers of a kind are known to be shaped by, as lists of their names: an entry is looked for under the values
 * of each. A list that is not known costs a miss, and never a wrong hit: whoever agrees with an entry in all that shaped it
 * would have got the same.
 */
export class NameLists {
  private readonly known = new Map<string, readonly string[]>();

  get lists(): readonly (readonly string[])[] {
    return [...this.known.values()];
  }

  /** @returns whether entries may be kept by it: there is a bound on how often one is looked for */
  learn(names: readonly string[]): boolean {
    const id = names.join('\n');
    if (this.known.has(id)) return true;
    if (this.known.size >= maxLists) return false;
    this.known.set(id, names);
    return true;
  }

  has(names: readonly string[]): boolean {
    return this.known.has(names.join('\n'));
  }
}

const maxLists = 8;
