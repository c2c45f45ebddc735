/** `kubectl get` prints lists: `List`, or `PodList` and the like from the API itself, whose items then name no kind of their own. */

export interface ListHead {
  readonly apiVersion: string;
  readonly kind: string;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Go writes an empty list as `null` at times, or leaves it out. */
const isNoItems = ({ kind, items }: Record<string, unknown>): boolean =>
  items === null || (items === undefined && kind === "List");

export function listHead(value: unknown): ListHead | undefined {
  if (!isRecord(value) || (!Array.isArray(value["items"]) && !isNoItems(value))) return undefined;
  const { apiVersion, kind } = value;
  return typeof apiVersion === "string" && typeof kind === "string" && kind.endsWith("List")
    ? { apiVersion, kind }
    : undefined;
}

/** An item, with the kind that its list gives it. */
export function itemOf(head: ListHead, item: unknown): unknown {
  if (head.kind === "List" || !isRecord(item) || "kind" in item) return item;
  return { apiVersion: head.apiVersion, kind: head.kind.slice(0, -"List".length), ...item };
}

/** The objects in a document: itself, or the items of the list that it is, each with its path in the document. */
export function objectsIn(value: unknown, at: string): { readonly object: unknown; readonly at: string }[] {
  const head = listHead(value);
  if (head === undefined || !isRecord(value)) return [{ object: value, at }];
  const items: readonly unknown[] = Array.isArray(value["items"]) ? value["items"] : [];
  return items.flatMap((item, index) => objectsIn(itemOf(head, item), `${at === "" ? "" : `${at}.`}items[${index}]`));
}
