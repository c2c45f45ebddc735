import { isUnknown } from "../../../policies/mtls/known";
import type { DestinationRule } from "../../../policies/mtls/mesh";
import { expandedHost, isWild, known, rulesFor, sameAge, type Probe } from "./probe";
import type { Area } from "./rule";

const exportTo = (rule: DestinationRule | undefined): readonly string[] => known(rule?.exportTo) ?? [];
const isSelective = ({ workloadSelector }: DestinationRule): boolean => workloadSelector !== undefined;
const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((entry) => b.includes(entry));

/** A rule with that host, as written, that could matter to somebody who reads it as meaning the cluster's service. */
const written = ({ mesh, cluster }: Probe, matches: (host: string, rule: DestinationRule) => boolean): boolean =>
  cluster !== undefined && mesh.destinationRules.some((rule) => !isUnknown(rule.host) && matches(rule.host, rule));

const chosenHost = (probe: Probe): string => (probe.rule === undefined ? "" : expandedHost(probe, probe.rule));
const suffixLabels = (host: string): number => host.split(".").length;

const clientNamespace = ({ client }: Probe): string | undefined => client?.ref.namespace;
const isHere = (probe: Probe, namespace: string | undefined): boolean =>
  probe.rule !== undefined && probe.rule.ref.namespace === namespace;

/** Rules of the chosen rule's namespace for the very same host. */
const twins = (probe: Probe): readonly DestinationRule[] => {
  const { rule } = probe;
  if (rule === undefined) return [];
  const host = chosenHost(probe);
  return rulesFor(probe, rule.ref.namespace).filter((other) => other !== rule && expandedHost(probe, other) === host);
};

const alike = (a: DestinationRule, b: DestinationRule): boolean =>
  sameSet(exportTo(a), exportTo(b)) && !isSelective(a) && !isSelective(b);

export const destinationRule: Area = {
  title: "DestinationRule: which counts for a client",
  source:
    "pilot/pkg/model/push_context.go (setDestinationRules, destinationRule), pilot/pkg/model/destination_rule.go (mergeDestinationRule), pilot/pkg/model/sidecar.go (DestinationRule)",
  rules: [
    {
      id: "dr-none",
      says: "without a rule auto mTLS decides",
      shows: ({ cluster, rule, mesh }) =>
        cluster !== undefined && rule === undefined && mesh.destinationRules.length === 0,
    },
    {
      id: "dr-exact",
      says: "the full name of the Service",
      shows: (probe) => probe.rule !== undefined && known(probe.rule.host) === probe.cluster?.host,
    },
    {
      id: "dr-short",
      says: "a name without a dot means the Service of that name in the rule's own namespace",
      shows: (probe) => !(known(probe.rule?.host) ?? ".").includes(".") && known(probe.rule?.host) !== "*",
    },
    {
      id: "dr-short-elsewhere",
      says: "and nothing in any other namespace",
      shows: (probe) =>
        written(
          probe,
          (host, rule) => host === probe.cluster?.host.split(".")[0] && rule.ref.namespace !== probe.serviceNamespace,
        ),
    },
    {
      id: "dr-dotted",
      says: "`service.namespace` and `service.namespace.svc` are not completed and match nothing",
      shows: (probe) => {
        const [name, namespace] = probe.cluster?.host.split(".") ?? [];
        return written(probe, (host) => host === `${name}.${namespace}` || host === `${name}.${namespace}.svc`);
      },
    },
    {
      id: "dr-other-domain",
      says: "a name of another cluster domain matches nothing",
      shows: (probe) => written(probe, (host) => host.endsWith(".svc.other.domain")),
    },
    {
      id: "dr-wildcard-namespace",
      says: "a wildcard over a namespace",
      shows: (probe) => isWild(chosenHost(probe)) && /^\*\.[^.]+\.svc\./.test(chosenHost(probe)),
    },
    {
      id: "dr-wildcard-svc",
      says: "a wildcard over all Services",
      shows: (probe) => /^\*\.svc\./.test(chosenHost(probe)),
    },
    {
      id: "dr-wildcard-mesh",
      says: "`*.local`",
      shows: (probe) =>
        isWild(chosenHost(probe)) && suffixLabels(chosenHost(probe)) === 2 && !chosenHost(probe).includes(".svc"),
    },
    { id: "dr-star", says: "`*`", shows: (probe) => chosenHost(probe) === "*" },
    {
      id: "dr-most-specific",
      says: "of several hosts of a namespace the most specific counts",
      shows: (probe) =>
        probe.rule !== undefined &&
        rulesFor(probe, probe.rule.ref.namespace).some(
          (other) => expandedHost(probe, other).length < chosenHost(probe).length,
        ),
    },
    {
      id: "dr-client-first",
      says: "rules of the client's namespace come first, however unspecific",
      shows: (probe) =>
        isHere(probe, clientNamespace(probe)) &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        rulesFor(probe, probe.serviceNamespace).length > 0,
    },
    {
      id: "dr-client-stops",
      says: "a rule there that fits the host but not the client's labels still ends the search",
      shows: (probe) =>
        probe.cluster !== undefined &&
        probe.rule === undefined &&
        clientNamespace(probe) !== probe.root &&
        rulesFor(probe, clientNamespace(probe)).length > 0 &&
        rulesFor(probe, clientNamespace(probe)).every(isSelective),
    },
    {
      id: "dr-service-namespace",
      says: "then those of the Service's namespace",
      shows: (probe) =>
        isHere(probe, probe.serviceNamespace) &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        rulesFor(probe, clientNamespace(probe)).length === 0,
    },
    {
      id: "dr-root-namespace",
      says: "then those of the root namespace",
      shows: (probe) =>
        isHere(probe, probe.root) && clientNamespace(probe) !== probe.root && probe.serviceNamespace !== probe.root,
    },
    {
      id: "dr-service-before-root",
      says: "the Service's namespace comes before the root namespace, however unspecific",
      shows: (probe) =>
        isHere(probe, probe.serviceNamespace) &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        probe.serviceNamespace !== probe.root &&
        rulesFor(probe, probe.root).length > 0,
    },
    {
      id: "dr-third-namespace",
      says: "a rule of any other namespace never counts",
      shows: (probe) =>
        probe.cluster !== undefined &&
        probe.mesh.destinationRules.some(
          ({ ref }) =>
            ![clientNamespace(probe), probe.serviceNamespace, probe.root].includes(ref.namespace) &&
            rulesFor(probe, ref.namespace).length > 0,
        ),
    },
    {
      id: "dr-private",
      says: "exportTo `.` hides a rule from other namespaces",
      shows: (probe) =>
        probe.cluster !== undefined &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        rulesFor(probe, probe.serviceNamespace).some((rule) => sameSet(exportTo(rule), ["."])) &&
        !isHere(probe, probe.serviceNamespace),
    },
    {
      id: "dr-default-export",
      says: "defaultDestinationRuleExportTo `.` hides rules that say nothing",
      shows: (probe) =>
        known(probe.mesh.config.defaultDestinationRuleExportTo)?.includes(".") === true &&
        probe.cluster !== undefined &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        rulesFor(probe, probe.serviceNamespace).some((rule) => exportTo(rule).length === 0) &&
        !isHere(probe, probe.serviceNamespace),
    },
    {
      id: "dr-named-export",
      says: "exportTo may name the client's namespace",
      shows: (probe) =>
        isHere(probe, probe.serviceNamespace) &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        exportTo(probe.rule).includes(clientNamespace(probe) ?? ""),
    },
    {
      id: "dr-no-fallback",
      says: "the host is chosen before exportTo is looked at: a hidden rule still hides less specific ones",
      shows: (probe) => {
        if (probe.cluster === undefined || clientNamespace(probe) === probe.serviceNamespace) return false;
        if (isHere(probe, probe.serviceNamespace) || rulesFor(probe, clientNamespace(probe)).length > 0) return false;
        const here = rulesFor(probe, probe.serviceNamespace);
        const isOpen = (rule: DestinationRule): boolean => exportTo(rule).length === 0 || exportTo(rule).includes("*");
        const exact = here.filter((rule) => expandedHost(probe, rule) === probe.cluster?.host);
        return exact.length > 0 && !exact.some(isOpen) && here.some((rule) => isOpen(rule) && !exact.includes(rule));
      },
    },
    {
      id: "dr-root-client",
      says: "a client in the root namespace looks at private rules there first, and at public ones last",
      shows: (probe) =>
        clientNamespace(probe) === probe.root &&
        probe.serviceNamespace !== probe.root &&
        rulesFor(probe, probe.root).length > 0,
    },
    {
      id: "dr-merge-oldest",
      says: "of several rules for a host the oldest one's trafficPolicy stands, wholly",
      shows: (probe) =>
        probe.rule?.trafficPolicy !== undefined &&
        twins(probe).some(
          (twin) => twin.trafficPolicy !== undefined && probe.rule !== undefined && alike(twin, probe.rule),
        ),
    },
    {
      id: "dr-merge-adopts",
      says: "one without a trafficPolicy takes the next one's",
      shows: (probe) =>
        probe.rule !== undefined &&
        probe.rule.trafficPolicy === undefined &&
        twins(probe).some(
          (twin) => twin.trafficPolicy !== undefined && probe.rule !== undefined && alike(twin, probe.rule),
        ),
    },
    {
      id: "dr-merge-tie",
      says: "equally old ones are ordered by name",
      shows: (probe) =>
        twins(probe).some((twin) => probe.rule !== undefined && sameAge(twin, probe.rule) && alike(twin, probe.rule)),
    },
    {
      id: "dr-merge-subsets",
      says: "subsets of merged rules add up, the older definition first",
      shows: (probe) =>
        probe.rule !== undefined &&
        probe.cluster?.subset !== "" &&
        twins(probe).some((twin) => (known(twin.subsets) ?? []).some(({ name }) => name === probe.cluster?.subset)),
    },
    {
      id: "dr-different-export",
      says: "rules with different exportTo are not merged, and the newest counts",
      shows: (probe) =>
        twins(probe).some(
          (twin) => probe.rule !== undefined && !sameSet(exportTo(twin), exportTo(probe.rule)) && !isSelective(twin),
        ),
    },
    {
      id: "dr-selector",
      says: "a rule with a workloadSelector that fits the client counts before those without",
      shows: (probe) => probe.rule !== undefined && isSelective(probe.rule),
    },
    {
      id: "dr-selector-other",
      says: "and is nothing to clients that it does not select",
      shows: (probe) => probe.rule !== undefined && !isSelective(probe.rule) && twins(probe).some(isSelective),
    },
    {
      id: "dr-selector-namespace",
      says: "a rule with a workloadSelector is never seen from another namespace",
      shows: (probe) =>
        probe.cluster !== undefined &&
        clientNamespace(probe) !== probe.serviceNamespace &&
        rulesFor(probe, probe.serviceNamespace).some(isSelective),
    },
    {
      id: "dr-selector-swallows",
      says: "a private rule without selector is swallowed by one with selector for the same host",
      shows: (probe) => {
        if (probe.cluster === undefined || probe.rule !== undefined) return false;
        const own = rulesFor(probe, clientNamespace(probe));
        return own.some(isSelective) && own.some((rule) => !isSelective(rule) && sameSet(exportTo(rule), ["."]));
      },
    },
  ],
};
