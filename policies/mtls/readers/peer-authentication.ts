import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Meta, MtlsMode, PeerAuthentication } from "../mesh";
import type { Field } from "./fields";
import { readSelector } from "./service";

const MODES = ["UNSET", "DISABLE", "PERMISSIVE", "STRICT"] as const;

/** `UNSET`, and no mode at all, inherit. */
const readMode = (mtls: Field): Known<MtlsMode> | undefined => {
  const mode = mtls.choice("mode", MODES);
  return mode === "UNSET" ? undefined : mode;
};

const readPortLevel = (field: Field): PeerAuthentication["portLevel"] => {
  const keys = field.keys();
  if (isUnknown(keys)) return UNKNOWN;
  const ports = new Map<number, Known<MtlsMode> | undefined>();
  for (const key of keys) {
    const port = Number(key);
    const mtls = field.at(key);
    if (/^\d+$/.test(key) && port >= 1 && port <= 65535) ports.set(port, readMode(mtls));
    else mtls.problem(`${mtls.path} is for no port; a number from 1 to 65535 is expected`);
  }
  return ports;
};

/** security.istio.io PeerAuthentication. An empty selector is none (`pkg/config/validation/validation.go` only warns of it). */
export function readPeerAuthentication(root: Field, meta: Meta): PeerAuthentication {
  const spec = root.at("spec");
  const selector = readSelector(spec.at("selector"), "matchLabels");
  return {
    ref: meta.ref,
    labels: meta.labels,
    annotations: meta.annotations,
    created: meta.created,
    source: meta.source,
    selector,
    ...(selector === undefined && !spec.at("selector").isAbsent ? { hasEmptySelector: true } : {}),
    mode: readMode(spec.at("mtls")),
    portLevel: readPortLevel(spec.at("portLevelMtls")),
  };
}
