// What changed for clients between two sets of supergraphs, and which of the breaking changes nobody has accepted.
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { apiSchema } from '../compose/api-schema.js';
import type { AcceptedChange } from './accepted-changes.js';

/** The whole supergraph under null, each contract under its name. */
export type Supergraphs = ReadonlyMap<string | null, string>;

export interface SchemaChange {
  /** The contract that it shows in; null for the whole API. */
  readonly contract: string | null;
  readonly severity: 'breaking' | 'dangerous' | 'safe';
  /** A schema coordinate, for example `Query.products(first:)`. */
  readonly coordinate: string;
  /** One sentence, as @graphql-inspector/core writes it. */
  readonly text: string;
}

export interface SchemaComparison {
  /** Breaking ones first. */
  readonly changes: readonly SchemaChange[];
  /** Breaking and not accepted, or no longer. */
  readonly refused: readonly SchemaChange[];
  /** Entries whose date is past, though their change is there. */
  readonly expired: readonly AcceptedChange[];
  /** Entries whose change is not there, so that they can go. */
  readonly unused: readonly AcceptedChange[];
}

/**
 * Compares API schemas. A change of the whole API is not repeated for each contract that it shows in.
 *
 * @param today `YYYY-MM-DD`
 */
export async function compareSchemas(
  base: Supergraphs,
  head: Supergraphs,
  accepted: readonly AcceptedChange[],
  today: string,
): Promise<SchemaComparison> {
  const changes = (await changesBetween(base, head)).sort(bySeverity);
  const breaking = changes.filter(({ severity }) => severity === 'breaking');
  const valid = accepted.filter(({ until }) => until === null || today <= until);
  return {
    changes,
    refused: breaking.filter((change) => !valid.some((entry) => accepts(entry, change))),
    expired: accepted.filter(
      (entry) => !valid.includes(entry) && breaking.some((change) => accepts(entry, change)),
    ),
    unused: accepted.filter((entry) => !breaking.some((change) => accepts(entry, change))),
  };
}

async function changesBetween(base: Supergraphs, head: Supergraphs): Promise<SchemaChange[]> {
  const changes: SchemaChange[] = [];
  for (const [contract, baseSdl] of base) {
    const headSdl = head.get(contract);
    const found =
      headSdl === undefined ? [contractRemoved(contract)] : await diffOf(contract, baseSdl, headSdl);
    changes.push(
      ...found.filter(({ text }) => !changes.some((known) => known.contract === null && known.text === text)),
    );
  }
  return changes;
}

async function diffOf(contract: string | null, baseSdl: string, headSdl: string): Promise<SchemaChange[]> {
  if (baseSdl === headSdl) return [];
  const changes = await diff(apiSchema(baseSdl), apiSchema(headSdl));
  return changes.map(({ criticality, path, message }) => ({
    contract,
    severity: severityOf(criticality.level),
    coordinate: coordinateOf(path ?? ''),
    text: message,
  }));
}

function contractRemoved(contract: string | null): SchemaChange {
  const text = `Contract '${contract ?? ''}' was removed`;
  return { contract, severity: 'breaking', coordinate: `contract ${contract ?? ''}`, text };
}

function accepts(entry: AcceptedChange, change: SchemaChange): boolean {
  return entry.change === change.text || entry.change === change.coordinate;
}

function severityOf(level: CriticalityLevel): SchemaChange['severity'] {
  if (level === CriticalityLevel.Breaking) return 'breaking';
  return level === CriticalityLevel.Dangerous ? 'dangerous' : 'safe';
}

/** The inspector's path of an argument is `Type.field.argument`, its coordinate `Type.field(argument:)`. */
function coordinateOf(path: string): string {
  const [type = '', member, argument] = path.split('.');
  if (member === undefined) return type;
  return argument === undefined ? `${type}.${member}` : `${type}.${member}(${argument}:)`;
}

const severities: readonly SchemaChange['severity'][] = ['breaking', 'dangerous', 'safe'];

function bySeverity(a: SchemaChange, b: SchemaChange): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity);
}
