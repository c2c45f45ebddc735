import { isUnknown, UNKNOWN, type Known } from "../known";
import { hostOf, parseAddress } from "./address";
import type { CollectorConfiguration } from "./collector-configuration";
import type { Origin } from "./discovered";
import { field, own } from "./fields";
import type { PartialText } from "./partial-text";

/** A port that a collector listens on. */
export interface CollectorReceiver {
  /** Name of the component: `otlp/internal`. */
  readonly component: string;
  readonly isOtlp: boolean;
  readonly protocol: "grpc" | "http";
  readonly port: Known<number>;
  /** The address it binds; `undefined` when the default counts, which is localhost since 0.104. */
  readonly bind: Known<string> | undefined;
  readonly tls: Known<boolean>;
  /** The field of its settings. */
  readonly origin: Origin;
}

interface Listener {
  /** Below the component's settings. */
  readonly keys: readonly string[];
  readonly protocol: "grpc" | "http";
  /** Port when none is written. */
  readonly port: number;
}

/** Receivers that listen for TCP. Source: README of each receiver, opentelemetry-collector and opentelemetry-collector-contrib. */
const LISTENERS: Readonly<Record<string, readonly Listener[]>> = {
  otlp: [
    { keys: ["protocols", "grpc"], protocol: "grpc", port: 4317 },
    { keys: ["protocols", "http"], protocol: "http", port: 4318 },
  ],
  jaeger: [
    { keys: ["protocols", "grpc"], protocol: "grpc", port: 14250 },
    { keys: ["protocols", "thrift_http"], protocol: "http", port: 14268 },
  ],
  zipkin: [{ keys: [], protocol: "http", port: 9411 }],
  opencensus: [{ keys: [], protocol: "grpc", port: 55678 }],
};

/** Type of a component: `otlp` of `otlp/internal`. */
export const componentType = (component: string): string => component.split("/")[0] ?? component;

/** `:4317` binds every address. */
const bound = ({ text, missing }: PartialText): PartialText => ({
  text: text.startsWith(":") ? `0.0.0.0${text}` : text,
  missing,
});

function readListener(config: CollectorConfiguration, component: string, listener: Listener): CollectorReceiver {
  const keys = ["receivers", component, ...listener.keys];
  const settings = config.at(...keys);
  const endpoint = isUnknown(settings) ? UNKNOWN : config.text(...keys, "endpoint");
  const address = endpoint === undefined || isUnknown(endpoint) ? undefined : parseAddress(bound(endpoint));
  const read = address !== undefined && !("problem" in address) ? address : undefined;
  const tls = field(settings, "tls");
  return {
    component,
    isOtlp: componentType(component) === "otlp",
    protocol: listener.protocol,
    port: endpoint === undefined ? listener.port : (read?.port ?? UNKNOWN),
    bind: endpoint === undefined ? undefined : read === undefined ? UNKNOWN : hostOf(read),
    tls: isUnknown(tls) ? UNKNOWN : tls !== undefined && tls !== null,
    origin: config.place(...keys),
  };
}

/**
 * Ports of the receivers that `components` names.
 * @param components those that a pipeline uses: the collector starts no other
 */
export function readReceivers(
  config: CollectorConfiguration,
  components: readonly string[],
): readonly CollectorReceiver[] {
  return components.flatMap((component) =>
    (own(LISTENERS, componentType(component)) ?? []).flatMap((listener) => {
      const [first] = listener.keys;
      // `grpc:` without settings starts the listener all the same; the field has to be there.
      const isThere = first === undefined || config.at("receivers", component, ...listener.keys) !== undefined;
      return isThere ? [readListener(config, component, listener)] : [];
    }),
  );
}
