import type { Dialled } from "./dialled";
import { isIpAddress } from "./hosts";
import type { Registered } from "./registry";
import type { Bytes } from "./listeners";

/** What the application means by the host that it dials. */
export interface Meant {
  /** As `Host` of a request, or in a handshake. */
  readonly host: string | undefined;
  readonly service: Registered | undefined;
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
  const { host, service } = named(dialled, bytes);
  if (alias === undefined) return { host, service };
  if (bytes.isTls) return { host: nameInHandshake(alias.written), service, alias: alias.service };
  return { host: service === undefined ? undefined : host, service, alias: alias.service };
}

/** By its own name. */
function named(dialled: Dialled, bytes: Bytes): Meant {
  switch (dialled.kind) {
    case "service":
      return {
        host: bytes.isTls ? nameInHandshake(dialled.written) : dialled.service.host,
        service: dialled.service,
      };
    case "entry":
      return { host: nameIn(dialled, bytes), service: dialled.service };
    case "address":
      return { host: dialled.address, service: undefined };
    case "pods":
      return { host: undefined, service: undefined };
    case "elsewhere":
      return { host: dialled.host, service: undefined };
  }
}
