import { describe, expect, it } from 'vitest';
import { profileChange } from './update-profile.js';

describe('profileChange', () => {
  it('changes only what the input names', () => {
    expect(profileChange({})).toEqual({});
    expect(profileChange({ bio: 'Cooks.' })).toEqual({ bio: 'Cooks.' });
    expect(profileChange({ name: '  Ada  ' })).toEqual({ name: 'Ada' });
  });

  it('takes a bio away for null and for blanks', () => {
    expect(profileChange({ bio: null })).toEqual({ bio: null });
    expect(profileChange({ bio: ' \n ' })).toEqual({ bio: null });
  });

  it('counts characters, not UTF-16 units', () => {
    expect(profileChange({ name: '🧵'.repeat(80) })).toEqual({ name: '🧵'.repeat(80) });
    expect(() => profileChange({ name: '🧵'.repeat(81) })).toThrow(
      'expected a name of 1 to 80 characters but got 81',
    );
  });

  it.each([
    [{ name: null }, 'expected a name of 1 to 80 characters but got 0'],
    [{ name: '   ' }, 'expected a name of 1 to 80 characters but got 0'],
    [{ bio: 'x'.repeat(501) }, 'expected a bio of at most 500 characters but got 501'],
    [{ name: 'A\u0000B' }, 'expected a name without NUL but got one with it'],
  ])('refuses %j', (input, message) => {
    expect(() => profileChange(input)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message }));
  });
});
