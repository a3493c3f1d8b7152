/**
 * What the incremental delivery RFC asks of `@defer` beyond its definition (https://github.com/graphql/graphql-spec/pull/1110):
 * labels are static and unique, and nothing is deferred at the root of a mutation. graphql-js has these rules from
 * version 17 on; the messages are its.
 */
import { GraphQLError, Kind, type ASTVisitor, type DirectiveNode, type ValidationContext } from 'graphql';

export const deferRules = [deferLabelRule, deferOnRootRule];

function deferLabelRule(context: ValidationContext): ASTVisitor {
  const labels = new Map<string, DirectiveNode>();
  return {
    Directive(node) {
      if (node.name.value !== 'defer') return;
      const label = node.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (label === undefined || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) {
        const message = 'Argument "@defer(label:)" must be a static string.';
        context.reportError(new GraphQLError(message, { nodes: node }));
        return;
      }
      const known = labels.get(label.value);
      if (known === undefined) labels.set(label.value, node);
      else {
        const message =
          'Value for arguments "defer(label)" and "stream(label)" must be unique across all Defer/Stream directive usages.';
        context.reportError(new GraphQLError(message, { nodes: [known, node] }));
      }
    },
  };
}

function deferOnRootRule(context: ValidationContext): ASTVisitor {
  return {
    Directive(node) {
      const schema = context.getSchema();
      const type = context.getParentType();
      if (node.name.value !== 'defer' || type == null) return;
      for (const [kind, root] of [
        ['mutation', schema.getMutationType()],
        ['subscription', schema.getSubscriptionType()],
      ] as const) {
        if (type !== root) continue;
        const message = `Defer directive cannot be used on root ${kind} type "${type.name}".`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  };
}
