import { isUnknown, type Known } from "../known";
import type { ContainerPort, Workload } from "../mesh";

/** A port of a workload that takes OTLP. */
export interface OtlpPort {
  /** As the container listens: a workload (target) port. */
  readonly port: number;
  readonly protocol: "grpc" | "http";
  /** Whether the receiver itself speaks TLS; plaintext where no configuration says otherwise. */
  readonly tls: Known<boolean>;
}

const REGISTERED: Readonly<Record<number, "grpc" | "http">> = { 4317: "grpc", 4318: "http" };

/** A container port that is named for OTLP, or has one of the two ports that IANA registered for it. */
function declaredPort({ name = "", number, protocol }: ContainerPort): OtlpPort[] {
  if (isUnknown(number) || protocol !== "TCP") return [];
  const registered = REGISTERED[number];
  if (registered === undefined && !/(^|-)otlp/i.test(name)) return [];
  const named = /http/i.test(name) ? "http" : /grpc/i.test(name) ? "grpc" : undefined;
  return [{ port: number, protocol: named ?? registered ?? "grpc", tls: false }];
}

/** OTLP ports by what the containers declare: named `otlp…`, or numbered 4317 or 4318. */
export const declaredOtlpPorts = ({ containers }: Workload): readonly OtlpPort[] =>
  isUnknown(containers)
    ? []
    : containers
        .filter(({ init, restartPolicy }) => !init || restartPolicy === "Always")
        .flatMap(({ ports }) => (isUnknown(ports) ? [] : ports.flatMap(declaredPort)));
