import { isUnknown } from "../known";
import type { Workload } from "../mesh";
import { PROXY_CONTAINER } from "../server/injection";

/**
 * A gateway's pods run the proxy and nothing else: what it sends comes from its own routes, not from an application (`Router` in
 * pkg/model/proxy.go; the injection template `gateway`).
 */
export const isGatewayProxy = ({ containers }: Workload): boolean => {
  if (isUnknown(containers)) return false;
  const running = containers.filter(({ init, restartPolicy }) => !init || restartPolicy === "Always");
  return running.length > 0 && running.every(({ name }) => name === PROXY_CONTAINER);
};
