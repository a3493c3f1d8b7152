/**
 * What is counted while requests run: plain numbers in cells that whoever counts holds on to. prom-client's own metrics
 * look up a cell by its labels each time, which is most of what they cost; here it is looked up once, and prom-client
 * reads the cells when somebody asks.
 */
import type { Metric, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** Only grows, or goes up and down, as its metric says. */
export class Tally {
  value = 0;
}

/** Counts of values by upper bound; the last count is of what is above all bounds. */
export class HistogramCell {
  readonly counts: Float64Array;
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    counts[index] = (counts[index] ?? 0) + 1;
    this.sum += value;
  }
}

/** The cells of one metric, by the values of its labels, which must be few. */
export class Family<Cell> {
  private readonly cells = new Map<string, { readonly labels: Labels; readonly cell: Cell }>();

  constructor(
    private readonly names: readonly string[],
    private readonly make: () => Cell,
  ) {}

  /** @param values of the labels, in the order of their names; empty: the label is left out */
  cell(...values: readonly string[]): Cell {
    const key = values.join('\n');
    let known = this.cells.get(key);
    if (known === undefined) {
      const labels = Object.fromEntries(
        this.names.map((name, index) => [name, values[index] ?? '']).filter(([, value]) => value !== ''),
      ) as Labels;
      known = { labels, cell: this.make() };
      this.cells.set(key, known);
    }
    return known.cell;
  }

  all(): Iterable<{ readonly labels: Labels; readonly cell: Cell }> {
    return this.cells.values();
  }
}

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
}

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** Lets the registry read a metric when it is asked for. Values of several processes are added up. */
export function registerRead(registry: Registry, metric: MetricDescription, read: () => Sample[]): void {
  const wrapper = {
    ...metric,
    aggregator: 'sum',
    get: () => Promise.resolve({ ...metric, aggregator: 'sum', values: read() }),
    reset: () => undefined,
  };
  // Its type lists prom-client's four classes; of a metric it asks no more than the name and `get`, and registers such
  // objects itself where it adds up several processes.
  registry.registerMetric(wrapper as unknown as Metric);
}

export function registerTallies(
  registry: Registry,
  metric: MetricDescription,
  family: Family<Tally>,
): Family<Tally> {
  registerRead(registry, metric, () =>
    [...family.all()].map(({ labels, cell }) => ({ labels, value: cell.value })),
  );
  return family;
}

export function registerHistogram(
  registry: Registry,
  metric: Omit<MetricDescription, 'type'>,
  family: Family<HistogramCell>,
): Family<HistogramCell> {
  registerRead(registry, { ...metric, type: 'histogram' }, () =>
    [...family.all()].flatMap(({ labels, cell }) => samplesOf(metric.name, labels, cell)),
  );
  return family;
}

function samplesOf(name: string, labels: Labels, { bounds, counts, sum }: HistogramCell): Sample[] {
  const samples: Sample[] = [];
  let total = 0;
  counts.forEach((count, index) => {
    total += count;
    samples.push({
      metricName: `${name}_bucket`,
      labels: { le: bounds[index] ?? '+Inf', ...labels },
      value: total,
    });
  });
  samples.push(
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  );
  return samples;
}
