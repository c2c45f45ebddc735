import type { ServiceEntry } from "../mesh";
import type { PortProtocol } from "../server/port-protocol";

/** Where proxies listen for a ServiceEntry: `GetAddressForProxy` in pilot/pkg/model/service.go. */

/** `10.0.0.1/32` is one address (`convertServices` in pilot/pkg/serviceregistry/serviceentry/conversion.go). */
export const addressesOf = ({ addresses }: ServiceEntry): readonly string[] =>
  addresses.map((address) => address.replace(/\/(32|128)$/, ""));

const addressOf = (entry: ServiceEntry): string => addressesOf(entry)[0] ?? "";

/** The proxy listens at the address of the entry itself, not at 0.0.0.0. */
export const hasOwnAddress = (entry: ServiceEntry): boolean => addressOf(entry) !== "" && rangeOf(entry) === undefined;

/** The addresses that the entry is for, where the listener on 0.0.0.0 tells it apart by them. */
export const rangeOf = (entry: ServiceEntry): string | undefined =>
  addressOf(entry).includes("/") ? addressOf(entry) : undefined;

/** Where there are endpoints, the proxy listens at their addresses for what is not HTTP. */
export const mayListenPerEndpoint = (entry: ServiceEntry): boolean =>
  entry.resolution === "NONE" && addressOf(entry) === "";

/**
 * The port of an entry is on the listener at 0.0.0.0: its HTTP always, the rest where the entry has no address, nor endpoints that are
 * the addresses (`buildSidecarOutboundListeners` in pilot/pkg/networking/core/listener.go).
 */
export const sharesListener = (entry: ServiceEntry, { protocol }: { readonly protocol: PortProtocol }): boolean => {
  const isPerEndpoint =
    mayListenPerEndpoint(entry) && (entry.endpoints.length > 0 || entry.workloadSelector !== undefined);
  return protocol === "HTTP" || (!hasOwnAddress(entry) && !isPerEndpoint);
};
