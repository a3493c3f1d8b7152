// schema-changes.yml: the breaking changes that were decided on. It is reviewed like code: an entry says which change,
// why it is worth breaking clients, and, where the decision does not hold for ever, until when.
import { z } from 'zod';
import { parseYamlText } from '../parse-yaml-file.js';
import { readTextOrNull } from '../read-text.js';

export interface AcceptedChange {
  /** The change's text or its schema coordinate, as `check-schema` prints them. */
  readonly change: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`; null for ever. */
  readonly until: string | null;
}

const fileSchema = z.strictObject({
  accepted: z.array(
    z.strictObject({
      change: z.string().min(1),
      reason: z.string().min(1, 'expected why the change is worth breaking clients'),
      until: z.iso.date('expected a date as YYYY-MM-DD').optional(),
    }),
  ),
});

/**
 * Reads the accepted changes; a project without the file has accepted none.
 *
 * @throws CommandFailure with one sentence a problem
 */
export async function readAcceptedChanges(file: string): Promise<AcceptedChange[]> {
  const text = await readTextOrNull(file);
  if (text === null) return [];
  const { accepted } = parseYamlText(file, text, fileSchema);
  return accepted.map(({ change, reason, until }) => ({ change, reason, until: until ?? null }));
}
