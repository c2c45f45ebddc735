/** Rows of cells, the first row being the heading, which may be of empty cells. */
export type Table = readonly (readonly string[])[];

/** Columns aligned with spaces, for a terminal. */
export function plainTable(table: Table, indent = ""): string {
  const widths = columnWidths(table);
  return table
    .filter((row) => row.some((cell) => cell !== ""))
    .map((row) => `${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}

/** A Markdown table. */
export function markdownTable(table: Table): string {
  const [heading = [], ...rows] = table.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...rows.map(line)].join("\n");
}

const columnWidths = (table: Table): readonly number[] =>
  (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
