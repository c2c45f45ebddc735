/** Whether `version` (`1.2.3`) is `other` or newer. */
export function atLeast(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(".").map(Number));
  for (const [index, part] of (b ?? []).entries()) {
    const mine = a?.[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}
