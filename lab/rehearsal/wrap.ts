/** Breaks a line at words; what is quoted stays in one piece, so that it can be found and copied. `width` in characters. */
export function wrap(line: string, width: number): readonly string[] {
  const words = line.match(/[^\s"]*"[^"]*"\S*|\S+/g) ?? [];
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length === 0 ? [""] : lines;
}
