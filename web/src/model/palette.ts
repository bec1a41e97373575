// What Ctrl+K offers, and which of it fits what was written.

export interface Command {
  /** What is shown, and looked through. */
  title: string;
  /** Said beside it: what kind of thing it is, or its key. */
  hint: string;
  run: () => void;
}

/** Letters in their order, best where they stand together and begin words; 0: not there. */
export function fit(title: string, wanted: string): number {
  const text = title.toLowerCase();
  const letters = wanted.toLowerCase().replace(/\s+/g, '');
  let score = 1;
  let at = -1;
  for (const letter of letters) {
    const found = text.indexOf(letter, at + 1);
    if (found < 0) return 0;
    const beginsWord = found === 0 || /[\s:·_/-]/.test(text[found - 1]!);
    score += found === at + 1 && at >= 0 ? 4 : beginsWord ? 3 : 1;
    at = found;
  }
  return score - text.length / 1_000;
}

export function fitting<T extends Command>(commands: readonly T[], wanted: string, most: number): T[] {
  if (wanted.trim() === '') return commands.slice(0, most);
  return commands
    .map((command) => ({ command, score: fit(command.title, wanted) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map((one) => one.command);
}
