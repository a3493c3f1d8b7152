/**
 * Which of a client's headers go to which subgraph: none, unless `headers` says so. The rules run in their order, those
 * for all subgraphs before the subgraph's own; the first rule that sets a name by propagation wins, as in Apollo Router.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { HeaderRule, RouterConfig } from '../config/schema.js';
import { neverPropagated } from '../config/values.js';

export type Headers = Readonly<Record<string, string>>;
export type HeaderRules = (incoming: IncomingHttpHeaders) => Headers;

export function compileHeaderRules(config: RouterConfig['headers'], subgraph: string): HeaderRules {
  const rules = [...(config.all?.request ?? []), ...(config.subgraphs[subgraph]?.request ?? [])];
  return (incoming) => {
    const outgoing = new Map<string, string>();
    const propagated = new Set<string>();
    for (const rule of rules) apply(rule, incoming, outgoing, propagated);
    return Object.fromEntries(outgoing);
  };
}

function apply(
  rule: HeaderRule,
  incoming: IncomingHttpHeaders,
  outgoing: Map<string, string>,
  propagated: Set<string>,
): void {
  if (rule.insert) outgoing.set(rule.insert.name, rule.insert.value);
  if (rule.remove) {
    for (const name of [...outgoing.keys()]) if (names(rule.remove, name)) outgoing.delete(name);
  }
  for (const [name, value] of rule.propagate ? propagatedBy(rule.propagate, incoming) : []) {
    if (propagated.has(name)) continue;
    propagated.add(name);
    outgoing.set(name, value);
  }
}

type Propagate = NonNullable<HeaderRule['propagate']>;

function propagatedBy(rule: Propagate, incoming: IncomingHttpHeaders): [name: string, value: string][] {
  if (rule.named !== undefined) {
    const value = textOf(incoming[rule.named]) ?? rule.default;
    return value === undefined ? [] : [[rule.rename ?? rule.named, value]];
  }
  return Object.entries(incoming).flatMap(([name, value]) => {
    const text = neverPropagated.has(name) || !names(rule, name) ? undefined : textOf(value);
    return text === undefined ? [] : [[name, text]];
  });
}

function names(rule: { named?: string | undefined; matching?: RegExp | undefined }, name: string): boolean {
  return rule.named === name || (rule.matching?.test(name) ?? false);
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
