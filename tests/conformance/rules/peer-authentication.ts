import { isUnknown } from "../../../policies/mtls/known";
import type { PeerAuthentication } from "../../../policies/mtls/mesh";
import { known, sameAge, type Probe } from "./probe";
import type { Area } from "./rule";

const modeOf = ({ mode }: PeerAuthentication): string => known(mode) ?? "UNSET";
const entryOf = (policy: PeerAuthentication | undefined, port: number | undefined): string | undefined => {
  const levels = known(policy?.portLevel);
  return levels === undefined || port === undefined || !levels.has(port)
    ? undefined
    : (known(levels.get(port)) ?? "UNSET");
};

/** The mode that counts, where a sidecar enforces it. */
const enforced = ({ to }: Probe): string | undefined => to?.paMode;
const [first, second] = [0, 1] as const;

const meshMode = ({ policies }: Probe): string | undefined => policies.mesh[first] && modeOf(policies.mesh[first]);
const namespaceMode = ({ policies }: Probe): string | undefined =>
  policies.namespace[first] && modeOf(policies.namespace[first]);
const workloadMode = ({ policies }: Probe): string | undefined =>
  policies.workload[first] && modeOf(policies.workload[first]);
const portMode = ({ policies, to }: Probe): string | undefined => entryOf(policies.workload[first], to?.port);

const isSet = (mode: string | undefined): boolean => mode !== undefined && mode !== "UNSET";

/** The mode of a port where the second of two policies would count instead. */
const withOther = (policy: PeerAuthentication, port: number | undefined): string =>
  entryOf(policy, port) ?? modeOf(policy);

export const peerAuthentication: Area = {
  title: "PeerAuthentication: which counts on the server",
  source:
    "pilot/pkg/security/authn/policy_applier.go (ComposePeerAuthentication), pilot/pkg/model/authentication.go (addPeerAuthentication)",
  rules: [
    {
      id: "pa-default",
      says: "without any policy a port is PERMISSIVE",
      shows: (probe) =>
        enforced(probe) === "PERMISSIVE" &&
        probe.policies.mesh.length + probe.policies.namespace.length + probe.policies.workload.length === 0,
    },
    {
      id: "pa-mesh",
      says: "the mesh-wide policy counts where no other does",
      shows: (probe) =>
        isSet(meshMode(probe)) &&
        enforced(probe) === meshMode(probe) &&
        !isSet(namespaceMode(probe)) &&
        workloadMode(probe) === undefined,
    },
    {
      id: "pa-namespace-over-mesh",
      says: "the namespace's policy counts before the mesh's",
      shows: (probe) =>
        isSet(namespaceMode(probe)) &&
        enforced(probe) === namespaceMode(probe) &&
        isSet(meshMode(probe)) &&
        meshMode(probe) !== namespaceMode(probe) &&
        workloadMode(probe) === undefined,
    },
    {
      id: "pa-workload-over-namespace",
      says: "the workload's policy counts before the namespace's and the mesh's",
      shows: (probe) =>
        isSet(workloadMode(probe)) &&
        portMode(probe) === undefined &&
        enforced(probe) === workloadMode(probe) &&
        [namespaceMode(probe), meshMode(probe)].some((mode) => isSet(mode) && mode !== workloadMode(probe)),
    },
    {
      id: "pa-port-over-workload",
      says: "an entry of portLevelMtls counts before the policy's own mode",
      shows: (probe) =>
        isSet(portMode(probe)) && enforced(probe) === portMode(probe) && workloadMode(probe) !== portMode(probe),
    },
    {
      id: "pa-port-other",
      says: "portLevelMtls says nothing about other ports",
      shows: (probe) => {
        const levels = known(probe.policies.workload[first]?.portLevel);
        return (
          enforced(probe) !== undefined && levels !== undefined && levels.size > 0 && portMode(probe) === undefined
        );
      },
    },
    {
      id: "pa-port-unset",
      says: "an UNSET port entry inherits the policy's mode",
      shows: (probe) =>
        portMode(probe) === "UNSET" && isSet(workloadMode(probe)) && enforced(probe) === workloadMode(probe),
    },
    {
      id: "pa-workload-unset",
      says: "a workload policy without a mode inherits the namespace's or the mesh's",
      shows: (probe) =>
        workloadMode(probe) === "UNSET" &&
        !isSet(portMode(probe)) &&
        enforced(probe) !== "PERMISSIVE" &&
        enforced(probe) === (isSet(namespaceMode(probe)) ? namespaceMode(probe) : meshMode(probe)),
    },
    {
      id: "pa-namespace-unset",
      says: "a namespace policy without a mode inherits the mesh's",
      shows: (probe) =>
        namespaceMode(probe) === "UNSET" &&
        workloadMode(probe) === undefined &&
        isSet(meshMode(probe)) &&
        enforced(probe) === meshMode(probe),
    },
    {
      id: "pa-mesh-unset",
      says: "a mesh policy without a mode leaves PERMISSIVE",
      shows: (probe) =>
        meshMode(probe) === "UNSET" &&
        !isSet(namespaceMode(probe)) &&
        workloadMode(probe) === undefined &&
        enforced(probe) === "PERMISSIVE",
    },
    {
      id: "pa-oldest-workload",
      says: "of several policies that select a pod only the oldest counts; nothing is merged",
      shows: ({ policies: { workload }, to }) => {
        const [older, newer] = [workload[first], workload[second]];
        return (
          older !== undefined &&
          newer !== undefined &&
          !sameAge(older, newer) &&
          to?.paMode !== undefined &&
          withOther(older, to.port) !== withOther(newer, to.port)
        );
      },
    },
    {
      id: "pa-tie-workload",
      says: "of equally old policies the one whose name comes first counts",
      shows: ({ policies: { workload }, to }) => {
        const [one, other] = [workload[first], workload[second]];
        return (
          one !== undefined &&
          other !== undefined &&
          sameAge(one, other) &&
          to?.paMode !== undefined &&
          withOther(one, to.port) !== withOther(other, to.port)
        );
      },
    },
    {
      id: "pa-oldest-wide",
      says: "of several policies without selector in a namespace, or the root namespace, only the oldest counts",
      shows: ({ policies, to }) =>
        to?.paMode !== undefined &&
        policies.workload.length === 0 &&
        [policies.namespace, policies.mesh].some(
          ([one, other]) => one !== undefined && other !== undefined && modeOf(one) !== modeOf(other),
        ),
    },
    {
      id: "pa-root-selector",
      says: "a policy with a selector in the root namespace counts for nobody, not even for pods that live there",
      shows: ({ policies, to }) =>
        to?.paMode !== undefined &&
        policies.void.some((policy) => withOther(policy, to.port) !== to.paMode && modeOf(policy) !== "UNSET"),
    },
    {
      id: "pa-empty-selector",
      says: "an empty matchLabels is no selector",
      shows: ({ kase, policies: { namespace, mesh }, to }) =>
        to?.paMode !== undefined &&
        [...namespace.slice(0, 1), ...mesh.slice(0, 1)].some(({ ref }) =>
          kase.objects.some(
            (object) =>
              object["kind"] === "PeerAuthentication" &&
              JSON.stringify(object).includes(`"name":"${ref.name}"`) &&
              JSON.stringify(object).includes('"matchLabels":{}'),
          ),
        ),
    },
    {
      id: "pa-two-labels",
      says: "every label of a selector must fit",
      shows: ({ mesh, server, to, policies }) =>
        to?.paMode !== undefined &&
        mesh.peerAuthentications.some(
          (policy) =>
            policy.ref.namespace === server?.ref.namespace &&
            policy.selector !== undefined &&
            !isUnknown(policy.selector) &&
            Object.keys(policy.selector).length > 1 &&
            !policies.workload.includes(policy),
        ),
    },
    {
      id: "pa-injected-label",
      says: "labels that injection adds are selected like any other",
      shows: ({ policies: { workload }, to }) => {
        const selector = known(workload[first]?.selector);
        return to?.paMode !== undefined && selector !== undefined && "security.istio.io/tlsMode" in selector;
      },
    },
    {
      id: "pa-other-namespace",
      says: "a policy of another namespace counts for nobody here, whatever it selects",
      shows: ({ mesh, server, to, root, index }) =>
        to?.paMode !== undefined &&
        server !== undefined &&
        mesh.peerAuthentications.some(
          ({ ref, selector }) =>
            ref.namespace !== server.ref.namespace &&
            ref.namespace !== root &&
            (selector === undefined ||
              (!isUnknown(selector) &&
                Object.entries(selector).every(([key, value]) => known(index.labelsOf(server))?.[key] === value))),
        ),
    },
    {
      id: "pa-service-port",
      says: "portLevelMtls names ports of the workload; the Service's own number does nothing",
      shows: ({ policies: { workload }, to, flow }) =>
        to?.paMode !== undefined &&
        to.port !== flow.port &&
        entryOf(workload[first], flow.port) !== undefined &&
        entryOf(workload[first], to.port) === undefined,
    },
    {
      id: "pa-undeclared-port",
      says: "portLevelMtls also counts on a port that no Service declares",
      shows: (probe) =>
        probe.declared === "UNDECLARED" && isSet(portMode(probe)) && enforced(probe) === portMode(probe),
    },
    {
      id: "pa-without-proxy",
      says: "on a pod without a proxy no policy counts",
      shows: ({ to, policies }) =>
        to?.pod !== undefined &&
        !to.sidecar &&
        to.ambient !== true &&
        [...policies.mesh, ...policies.namespace, ...policies.workload].some((policy) => modeOf(policy) === "STRICT") &&
        to.accepts === undefined,
    },
    {
      id: "pa-custom-root",
      says: "MeshConfig.rootNamespace moves the mesh-wide policy; istio-system is then a namespace like any other",
      shows: ({ root, policies: { mesh }, to }) =>
        root !== "istio-system" && mesh.length > 0 && to?.paMode !== undefined,
    },
  ],
};
