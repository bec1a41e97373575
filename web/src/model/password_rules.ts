// What is wrong with a password that somebody chooses, before the server is asked.

export const leastCharacters = 8;

export type PasswordFault = 'short' | 'same' | 'different';

/** again: the second time that it was typed. */
export function passwordFault(current: string, password: string, again: string): PasswordFault | null {
  if ([...password].length < leastCharacters) return 'short';
  if (password === current) return 'same';
  return password === again ? null : 'different';
}
