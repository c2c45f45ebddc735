import type { Dialled } from "./dialled";
import { isIpAddress } from "./hosts";
import type { Registered } from "./registry";
import type { Bytes } from "./listeners";

/** What the application means by the host that it dials. */
export interface Meant {
  /** As `Host` of a request, or in a handshake. */
  readonly host: string | undefined;
  /** As the application writes it; `undefined` where it does not. */
  readonly written: string | undefined;
  readonly service: Registered | undefined;
  /** The name is that of a pod of the service. */
  readonly isPodName?: boolean;
  /** The Service without pods under whose name it was dialled. */
  readonly alias?: Registered | undefined;
}

/** A request to the address of a service is routed as one to its name; a handshake names nothing then. */
const nameIn = ({ host, service }: Dialled & { readonly kind: "entry" }, { isTls }: Bytes): string | undefined => {
  if (!isIpAddress(host)) return host;
  return isTls ? undefined : service.host;
};

/** RFC 6066, section 3: no address, and no dot at the end. */
const nameInHandshake = (written: string): string | undefined =>
  isIpAddress(written) ? undefined : written.replace(/\.$/, "");

export function meantBy(dialled: Dialled, bytes: Bytes): Meant {
  const alias = "alias" in dialled ? dialled.alias : undefined;
  const own = named(dialled, bytes);
  if (alias === undefined) return own;
  const { written } = alias;
  const host = bytes.isTls ? nameInHandshake(written) : own.service === undefined ? undefined : own.host;
  return { host, written, service: own.service, alias: alias.service };
}

/** By its own name. */
function named(dialled: Dialled, bytes: Bytes): Meant {
  switch (dialled.kind) {
    case "service": {
      const { service, written, pod } = dialled;
      const host = bytes.isTls ? nameInHandshake(written) : service.host;
      return { host, written, service, isPodName: pod !== undefined };
    }
    case "entry":
      return { host: nameIn(dialled, bytes), written: dialled.host, service: dialled.service };
    case "address":
      return { host: dialled.address, written: dialled.address, service: undefined };
    case "pods":
      return { host: undefined, written: undefined, service: undefined };
    case "elsewhere":
      return { host: dialled.host, written: dialled.host, service: undefined };
  }
}
