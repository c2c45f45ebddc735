import { describeRef } from "../../../policies/mtls/objects";
import { field, isBag, listAt, type Bag, type Remedy, type Situation } from "../change";
import { patch } from "../patches";

/** An application that speaks TLS to a port that does not: its endpoint becomes plain HTTP, and the mesh encrypts. */
export const plainEndpoint: Remedy = {
  name: "plain-endpoint",
  propose: ({ flow, client, written }: Situation) => {
    const { origin, tls } = flow;
    if (!tls || client === undefined || origin === "declared" || origin.object !== describeRef(client.ref)) return [];
    const [, podPath, list, container, variable] =
      /^(.*)\.(containers|initContainers)\[(\d+)\]\.env\[(\d+)\]\.value$/.exec(origin.path) ?? [];
    if (podPath === undefined || list === undefined) return [];
    const holder = listAt(field(written(client.ref), ...podPath.split(".")), list)[Number(container)];
    const environment = listAt(holder, "env")[Number(variable)];
    const endpoint = field(environment, "value");
    if (!isNamed(holder) || !isNamed(environment) || typeof endpoint !== "string" || !/^https:/i.test(endpoint))
      return [];
    const plain = endpoint.replace(/^https:/i, "http:");
    return [
      {
        title: `let ${describeRef(client.ref)} send to ${plain}; the mesh encrypts it`,
        edits: [
          patch(client.ref, `${podPath}.${list}`, [
            { name: holder.name, env: [{ name: environment.name, value: plain }] },
          ]),
        ],
      },
    ];
  },
};

const isNamed = (value: unknown): value is Bag & { readonly name: string } =>
  isBag(value) && typeof value["name"] === "string";
