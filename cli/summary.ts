import type { Summary } from "./report";

/** `1 flow`, `2 flows` */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** The counts in one line. Never "OK": what is unknown is said. */
export function summarize(summary: Summary): string {
  const { objects, skipped, flows, findings, suppressed, exceptions, unknown } = summary;
  return [
    count(objects, "object") + (skipped > 0 ? ` (${count(skipped, "document")} skipped)` : ""),
    count(flows, "flow"),
    count(findings.error, "error"),
    count(findings.warning, "warning"),
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(exceptions > 0 ? [count(exceptions, "exception")] : []),
    `${unknown} unknown`,
  ].join(", ");
}
