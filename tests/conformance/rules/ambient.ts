import type { Probe } from "./probe";
import type { Area } from "./rule";

const isAmbient = ({ to }: Probe): boolean => to?.ambient === true;
const denies = ({ to }: Probe): boolean => to?.accepts?.plaintext === "denied";
const allows = ({ to }: Probe): boolean => to?.accepts?.plaintext === "ok";
const own = ({ policies }: Probe) => policies.workload[0];
const entries = (p: Probe): readonly string[] => {
  const levels = own(p)?.portLevel;
  return levels === undefined || typeof levels === "symbol" ? [] : [...levels.values()].map(String);
};

export const ambient: Area = {
  title: "Ambient",
  source:
    "pilot/pkg/serviceregistry/ambient/policies.go, authorization.go (convertPeerAuthentication), pilot/pkg/networking/core (HBONE)",
  rules: [
    {
      id: "amb-hbone",
      says: "between two ztunnels: HBONE",
      shows: (p) => isAmbient(p) && p.result.path === "ztunnel" && p.to?.sent === "hbone",
    },
    {
      id: "amb-from-sidecar",
      says: "from a sidecar to a pod with a ztunnel: HBONE, whatever the rule says",
      shows: (p) => isAmbient(p) && p.result.path === "service" && p.to?.sent === "hbone",
    },
    {
      id: "amb-tls-inside",
      says: "TLS of a rule goes inside",
      shows: (p) => isAmbient(p) && p.to?.sent === "hbone" && /tls/.test(p.to.inner ?? ""),
    },
    {
      id: "amb-to-sidecar",
      says: "from a ztunnel to a sidecar: as it is",
      shows: (p) => p.result.path === "ztunnel" && p.to?.sidecar === true,
    },
    {
      id: "amb-from-outside",
      says: "from outside: as it is",
      shows: (p) => isAmbient(p) && p.result.path === "direct",
    },
    {
      id: "amb-headless",
      says: "to a headless Service from a sidecar: as it is",
      shows: (p) => isAmbient(p) && p.result.clusterType === "ORIGINAL_DST" && p.to?.sent !== "hbone",
    },
    {
      id: "amb-permissive",
      says: "without a STRICT policy plaintext is let in",
      shows: (p) => isAmbient(p) && allows(p),
    },
    { id: "amb-strict", says: "with one it is denied", shows: (p) => isAmbient(p) && denies(p) },
    {
      id: "amb-port-lifted",
      says: "a PERMISSIVE port under STRICT",
      shows: (p) => isAmbient(p) && allows(p) && entries(p).includes("PERMISSIVE"),
    },
    {
      id: "amb-disable-ignored",
      says: "a DISABLE port under an UNSET policy is not lifted by itself",
      shows: (p) => isAmbient(p) && denies(p) && entries(p).includes("DISABLE") && !entries(p).includes("PERMISSIVE"),
    },
    {
      id: "amb-port-strict",
      says: "a STRICT port of a PERMISSIVE policy",
      shows: (p) => isAmbient(p) && denies(p) && entries(p).includes("STRICT") && own(p)?.mode === "PERMISSIVE",
    },
  ],
};
