import type { FlowAnswer } from "../../mtls/flow";
import type { ObjectRef } from "../../mtls/objects";

/** `4317 and 4318` */
export function enumerate(items: readonly (string | number)[]): string {
  const texts = items.map(String);
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1) ?? ""}`;
}

/** `staging-webs/order-core`; the kind is in the way where it is a workload's. */
export const shortName = ({ namespace, name }: ObjectRef): string => (namespace === "" ? name : `${namespace}/${name}`);

/** `order-core → otel-collector.monitoring:4317` */
export const describeFlow = ({ from, asked }: FlowAnswer): string => `${shortName(from)} → ${asked}`;

/** At most this many of a list are spelled out. */
const MOST = 8;

/** The first few, and how many more there are. */
export const someOf = (items: readonly string[], separator = "; "): string =>
  items.length <= MOST
    ? items.join(separator)
    : [...items.slice(0, MOST), `and ${items.length - MOST} more`].join(separator);
