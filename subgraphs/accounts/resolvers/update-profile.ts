import { ClientError, optionalText, requiredText } from '@selvedge/subgraph';
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
    ...(name !== undefined && { name: requiredText('name', name, longestName) }),
    ...(bio !== undefined && { bio: optionalText('bio', bio, longestBio) }),
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
