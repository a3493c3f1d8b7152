import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { WorkerMetrics } from './metrics.js';

function worker(requests: number, underWay: number): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'requests_total', help: 'x', labelNames: ['code'], registers }).inc(
    { code: 'A' },
    requests,
  );
  new Gauge({ name: 'under_way', help: 'x', registers }).set(underWay);
  const times = new Histogram({ name: 'times', help: 'x', buckets: [1, 2], registers });
  for (let index = 0; index < requests; index += 1) times.observe(1.5);
  return registry;
}

test('adds up; of a worker that has ended, what it counted stays and what it held goes', async () => {
  const metrics = new WorkerMetrics<string>();
  metrics.record('one', await worker(3, 5).getMetricsAsJSON());
  metrics.record('two', await worker(4, 6).getMetricsAsJSON());
  const both = await metrics.text();
  expect(both).toContain('requests_total{code="A"} 7');
  expect(both).toContain('under_way 11');
  expect(both).toContain('times_bucket{le="2"} 7');
  await metrics.end('one');
  await metrics.end('one');
  metrics.record('two', await worker(10, 1).getMetricsAsJSON());
  metrics.record('three', await worker(1, 1).getMetricsAsJSON());
  const after = await metrics.text();
  expect(after).toContain('requests_total{code="A"} 14');
  expect(after).toContain('under_way 2');
  expect(after).toContain('times_bucket{le="2"} 14');
  expect(after).toContain('times_count 14');
  expect(after).toContain('times_sum 21');
  await metrics.end('two');
  await metrics.end('three');
  expect(await metrics.text()).toContain('requests_total{code="A"} 14');
});
