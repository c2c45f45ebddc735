import { customResource } from "./custom-resource";
import { drawFrom } from "./draw";
import { COLLECTOR, exception, MESH, teamNamespace } from "./platform";
import { pod } from "./pod";
import { service, type Place } from "./service";

/** One file of an estate. */
export interface EstateFile {
  readonly path: string;
  readonly text: string;
}

export interface Size {
  readonly services: number;
  /** One in so many services disagrees with its collector; 0: none. */
  readonly findingsOneIn: number;
}

const SERVICES_PER_TEAM = 20;
const CUSTOM_RESOURCES = 24;

/**
 * What a platform team has in its repository of rendered manifests: a file per service as `helm template` prints it, the mesh's and the
 * collectors' own files, and the definitions of custom resources.
 */
export function* estate({ services, findingsOneIn }: Size, seed: number): Iterable<EstateFile> {
  const draw = drawFrom(seed);
  yield { path: "platform/mesh.yaml", text: MESH };
  yield { path: "platform/collectors.yaml", text: COLLECTOR };
  const clients = Array.from({ length: services }, (_, at) => placeOf(at)).map(
    ({ namespace, name }) => `${namespace}/${name}`,
  );
  yield { path: "platform/exception.yaml", text: exception(clients) };
  const teams = Array.from({ length: Math.ceil(services / SERVICES_PER_TEAM) }, (_, at) => teamNamespace(`team-${at}`));
  yield { path: "platform/namespaces.yaml", text: teams.join("") };
  for (let at = 0; at < CUSTOM_RESOURCES; at++)
    yield { path: `platform/crds/resource-${at}.yaml`, text: customResource(`resource${at}`, draw) };
  for (let at = 0; at < services; at++) {
    const place = placeOf(at);
    const disagrees = findingsOneIn > 0 && at % findingsOneIn === 0;
    yield { path: `teams/${place.namespace}/${place.name}.yaml`, text: service(place, draw, disagrees) };
  }
}

/** Pods as `kubectl get pods` prints them, of 2 KB each. */
export function* pods(count: number, seed: number): Iterable<object> {
  const draw = drawFrom(seed);
  for (let at = 0; at < count; at++) yield pod(placeOf(at), at, draw);
}

const placeOf = (at: number): Place => ({
  namespace: `team-${Math.floor(at / SERVICES_PER_TEAM)}`,
  name: `service-${at}`,
});
