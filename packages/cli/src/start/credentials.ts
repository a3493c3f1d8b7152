// The passwords of the services' database roles: made once a state folder, readable by its owner alone.
import { randomBytes } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { CommandFailure } from '../command-failure.js';
import { isMissing } from '../read-text.js';
import { writePrivately } from './private-file.js';

/** Password by service name. */
export type Credentials = ReadonlyMap<string, string>;

/** Reads the passwords and makes those that are missing. Throws a `CommandFailure` when the file is damaged. */
export async function ensureCredentials(file: string, services: readonly string[]): Promise<Credentials> {
  const known = await readCredentials(file);
  const missing = services.filter((service) => !known.has(service));
  for (const service of missing) known.set(service, randomBytes(24).toString('base64url'));
  if (missing.length > 0) {
    await writePrivately(file, `${JSON.stringify({ stores: Object.fromEntries(known) }, null, 2)}\n`);
  }
  return known;
}

async function readCredentials(file: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
    // Somebody may have copied or restored it with a wider mode.
    await chmod(file, 0o600);
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
  const stores = storesIn(text);
  if (stores === undefined) {
    throw new CommandFailure(
      `${file} does not hold {"stores": {"<service>": "<password>"}}: remove it, and new passwords are made and set.`,
    );
  }
  return stores;
}

function storesIn(text: string): Map<string, string> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('stores' in parsed)) return undefined;
  if (typeof parsed.stores !== 'object' || parsed.stores === null) return undefined;
  const entries = Object.entries(parsed.stores).map(
    ([name, password]: [string, unknown]) => [name, password] as const,
  );
  const valid = entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string');
  return valid.length === entries.length ? new Map(valid) : undefined;
}
