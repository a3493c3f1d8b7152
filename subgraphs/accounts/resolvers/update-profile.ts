import { ClientError } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { User } from '../entities/user.js';

export interface ProfileInput {
  readonly name?: string | null | undefined;
  readonly bio?: string | null | undefined;
}

/** What an input changes: a field that it leaves out stays, a bio of null or of blanks is taken away. */
export interface ProfileChange {
  readonly name?: string;
  readonly bio?: string | null;
}

const longestName = 80;
const longestBio = 500;

/** @throws BAD_USER_INPUT for what cannot be a name or a bio */
export function profileChange({ name, bio }: ProfileInput): ProfileChange {
  return {
    ...(name !== undefined && { name: validName(name) }),
    ...(bio !== undefined && { bio: validBio(bio) }),
  };
}

/** @throws NOT_FOUND when the token names a user that this store does not have */
export async function updateProfile(
  manager: EntityManager,
  userId: string,
  change: ProfileChange,
): Promise<void> {
  const isKnown =
    Object.keys(change).length === 0
      ? await manager.existsBy(User, { id: userId })
      : (await manager.update(User, { id: userId }, change)).affected === 1;
  if (!isKnown)
    throw new ClientError('NOT_FOUND', `expected a token of a user of this shop but got one of "${userId}"`);
}

function validName(name: string | null): string {
  const trimmed = name?.trim() ?? '';
  const length = lengthOf(trimmed);
  if (length === 0 || length > longestName) throw invalid(`a name of 1 to ${longestName} characters`, length);
  return trimmed;
}

function validBio(bio: string | null): string | null {
  const trimmed = bio?.trim() ?? '';
  const length = lengthOf(trimmed);
  if (length > longestBio) throw invalid(`a bio of at most ${longestBio} characters`, length);
  return length === 0 ? null : trimmed;
}

/** In characters as PostgreSQL counts them, not in UTF-16 units. NUL, which it cannot store, is refused. */
function lengthOf(text: string): number {
  if (text.includes('\u0000'))
    throw new ClientError('BAD_USER_INPUT', 'expected a text without NUL but got one with it');
  return Array.from(text).length;
}

function invalid(expected: string, length: number): ClientError {
  return new ClientError('BAD_USER_INPUT', `expected ${expected} but got ${length}`);
}
