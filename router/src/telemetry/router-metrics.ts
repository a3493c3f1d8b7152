/**
 * Every metric of the router, by name. Labels are bounded: subgraphs of the supergraph, codes of the registry, status codes,
 * and of operation names only those that the operator lists, since clients choose them and could make any number of them.
 */
import { errorCodes } from '@selvedge/errors';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { TelemetryConfig } from '../config/schema.js';
import type { PlanCacheStatistics } from '../planner/plan-cache.js';
import { Family, HistogramCell, registerHistogram, registerRead, registerTallies, Tally } from './cells.js';
import { stages } from './stages.js';

/** What is counted of the calls to one subgraph. */
export interface SubgraphCells {
  readonly underWay: Tally;
  /** Operations of one HTTP call. */
  readonly operations: HistogramCell;
  /** Client requests of one operation. */
  readonly callers: HistogramCell;
  readonly asked: Tally;
  readonly sent: Tally;
  /** @param errorType empty: the subgraph answered */
  duration(errorType: string): HistogramCell;
}

export class RouterMetrics {
  readonly registry = new Registry();
  readonly requestsUnderWay: Tally;
  private readonly stageTimes: readonly HistogramCell[];
  private readonly durations: Family<HistogramCell>;
  private readonly errors: Family<Tally>;
  private readonly operations: Family<HistogramCell> | null;
  private readonly operationNames: ReadonlySet<string>;
  private readonly fetches: FetchFamilies;
  private readonly subgraphs = new Map<string, SubgraphCells>();

  constructor({ buckets, operation_names: names }: TelemetryConfig['exporters']['metrics']['common']) {
    const { registry } = this;
    const times = (labels: readonly string[]) => new Family(labels, () => new HistogramCell(buckets));
    const histogram = (name: string, help: string, labels: readonly string[]) =>
      registerHistogram(registry, { name, help }, times(labels));
    this.durations = histogram('http_server_request_duration_seconds', 'Requests of clients.', [
      'http_request_method',
      'http_response_status_code',
    ]);
    this.requestsUnderWay = registerTallies(
      registry,
      { name: 'http_server_active_requests', help: 'Requests of clients under way.', type: 'gauge' },
      new Family([], () => new Tally()),
    ).cell();
    const stageFamily = histogram(
      'selvedge_router_stage_duration_seconds',
      'Stages of the pipeline, by client request.',
      ['stage'],
    );
    this.stageTimes = stages.map((stage) => stageFamily.cell(stage));
    this.errors = registerTallies(
      registry,
      {
        name: 'selvedge_router_request_errors_total',
        help: 'Requests with an error of this code in their answer.',
        type: 'counter',
      },
      new Family(['code'], () => new Tally()),
    );
    this.operationNames = new Set(names);
    this.operations =
      names.length === 0
        ? null
        : histogram(
            'selvedge_router_operation_duration_seconds',
            'Operations, those that are listed by name.',
            ['graphql_operation_name'],
          );
    this.fetches = fetchFamilies(registry, histogram);
    collectDefaultMetrics({ register: registry });
  }

  /** @param times milliseconds of each stage of one client request; 0: it had none */
  stages(times: readonly number[]): void {
    this.stageTimes.forEach((cell, index) => {
      const time = times[index] ?? 0;
      if (time > 0) cell.observe(time / 1_000);
    });
  }

  operation(name: string | undefined, milliseconds: number): void {
    if (this.operations === null) return;
    const known = name !== undefined && this.operationNames.has(name) ? name : 'other';
    this.operations.cell(known).observe(milliseconds / 1_000);
  }

  request(method: string, status: number, codes: Iterable<string>, milliseconds: number): void {
    this.durations.cell(method, String(status)).observe(milliseconds / 1_000);
    for (const code of codes) this.errors.cell(code in errorCodes ? code : 'other').value += 1;
  }

  subgraph(name: string): SubgraphCells {
    let cells = this.subgraphs.get(name);
    if (cells === undefined) {
      const { durations, underWay, operations, callers, asked, sent } = this.fetches;
      const ok = durations.cell(name, '');
      cells = {
        underWay: underWay.cell(name),
        operations: operations.cell(name),
        callers: callers.cell(name),
        asked: asked.cell(name),
        sent: sent.cell(name),
        duration: (errorType) => (errorType === '' ? ok : durations.cell(name, errorType)),
      };
      this.subgraphs.set(name, cells);
    }
    return cells;
  }

  /** @param read of the supergraph of the moment; `null` while none is loaded */
  plans(read: () => PlanCacheStatistics | null): void {
    for (const [name, type, help, of] of planMetrics) {
      registerRead(this.registry, { name: `selvedge_router_plan_cache_${name}`, help, type }, () => {
        const statistics = read();
        return statistics === null ? [] : [{ labels: {}, value: of(statistics) }];
      });
    }
  }
}

interface FetchFamilies {
  readonly durations: Family<HistogramCell>;
  readonly underWay: Family<Tally>;
  readonly operations: Family<HistogramCell>;
  readonly callers: Family<HistogramCell>;
  readonly asked: Family<Tally>;
  readonly sent: Family<Tally>;
}

function fetchFamilies(
  registry: Registry,
  histogram: (name: string, help: string, labels: readonly string[]) => Family<HistogramCell>,
): FetchFamilies {
  const labels = ['subgraph_name'];
  const sizes = (name: string, help: string) =>
    registerHistogram(registry, { name, help }, new Family(labels, () => new HistogramCell(sizeBounds)));
  const tallies = (name: string, help: string, type: 'counter' | 'gauge') =>
    registerTallies(registry, { name, help, type }, new Family(labels, () => new Tally()));
  return {
    durations: histogram('http_client_request_duration_seconds', 'HTTP calls to subgraphs.', [
      ...labels,
      'error_type',
    ]),
    underWay: tallies('http_client_active_requests', 'HTTP calls to subgraphs under way.', 'gauge'),
    operations: sizes('selvedge_router_fetch_operations', 'Operations of one HTTP call to a subgraph.'),
    callers: sizes('selvedge_router_fetch_callers', 'Client requests that share one fetch.'),
    asked: tallies(
      'selvedge_router_representations_asked_total',
      'Representations that client requests asked for, each distinct in its own.',
      'counter',
    ),
    sent: tallies(
      'selvedge_router_representations_sent_total',
      'Representations sent to subgraphs.',
      'counter',
    ),
  };
}

const sizeBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** Counters begin again with each supergraph, as they do with each process. */
const planMetrics: readonly [
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  of: (statistics: PlanCacheStatistics) => number,
][] = [
  ['hits_total', 'counter', 'Plans that were there.', ({ hits }) => hits],
  ['misses_total', 'counter', 'Plans that had to be made.', ({ misses }) => misses],
  [
    'refusals_total',
    'counter',
    'Operations refused since they could not be planned.',
    ({ refusals }) => refusals,
  ],
  ['plans', 'gauge', 'Plans kept.', ({ plans }) => plans],
  ['bytes', 'gauge', 'Memory that the plans take, estimated.', ({ bytes }) => bytes],
];
