import { describeRef, type ObjectRef } from "../../../policies/mtls/objects";
import { field, isBag, listAt, type Change, type Patch, type Remedy, type Situation } from "../change";
import { at } from "../patches";

/** The DestinationRule that decided stops deciding TLS: auto mTLS then sends what the server understands. */
export const removeTlsRule: Remedy = {
  name: "remove-tls-rule",
  propose: ({ index, decided, written }: Situation) =>
    index.mesh.destinationRules.filter(({ ref }) => decided(ref)).flatMap(({ ref }) => removals(ref, written(ref))),
};

function removals(ref: ObjectRef, rule: unknown): Omit<Change, "remedy">[] {
  if (rule === undefined) return [];
  const host = String(field(rule, "spec", "host"));
  const what = `${describeRef(ref)} (${host})`;
  if (setsOnlyTls(rule))
    return [
      {
        title: `delete ${what}: it only sets TLS, and auto mTLS does that by itself`,
        edits: [{ action: "delete", object: ref }],
      },
    ];
  const title = `take the TLS settings out of ${what} and leave TLS to auto mTLS`;
  const general = at("spec.trafficPolicy", { tls: null });
  return [general, everyTls(rule)].map((patch) => ({ title, edits: [{ action: "patch", object: ref, patch }] }));
}

/** A rule without which nothing but TLS would be lost. */
function setsOnlyTls(rule: unknown): boolean {
  const isOnly = (policy: unknown): boolean =>
    isBag(policy) &&
    Object.keys(policy).every((key) => key === "tls" || key === "portLevelSettings") &&
    listAt(policy, "portLevelSettings").every(
      (port) => isBag(port) && Object.keys(port).every((key) => key === "tls" || key === "port"),
    );
  return listAt(rule, "spec", "subsets").length === 0 && isOnly(field(rule, "spec", "trafficPolicy"));
}

/** The rule without any `tls`, on whatever level; lists are replaced whole. */
function everyTls(rule: unknown): Patch {
  const withoutTls = (value: unknown): unknown =>
    isBag(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== "tls")) : value;
  const policy = (value: unknown): Patch => ({
    tls: null,
    ...(isBag(value) && "portLevelSettings" in value
      ? { portLevelSettings: listAt(value, "portLevelSettings").map(withoutTls) }
      : {}),
  });
  const subsets = listAt(rule, "spec", "subsets").map((subset) => {
    if (!isBag(subset) || !isBag(subset["trafficPolicy"])) return subset;
    const { trafficPolicy, ...rest } = subset;
    const { tls, ...kept } = { ...trafficPolicy, ...policy(trafficPolicy) } as Record<string, unknown>;
    return tls === null ? { ...rest, trafficPolicy: kept } : subset;
  });
  const spec = field(rule, "spec", "trafficPolicy");
  return {
    spec: {
      ...(spec === undefined ? {} : { trafficPolicy: policy(spec) }),
      ...(subsets.length === 0 ? {} : { subsets }),
    },
  };
}
