import type { Workload } from "../../../policies/mtls/mesh";
import { describeRef } from "../../../policies/mtls/objects";
import { parseTarget } from "../../flows/target";
import { field, isBag, listAt, type Bag, type Change, type Remedy, type Situation } from "../change";
import { at } from "../patches";

/** An application that speaks TLS to a port that does not: its endpoint becomes plain HTTP, and the mesh encrypts. */
export const plainEndpoint: Remedy = {
  name: "plain-endpoint",
  propose: ({ flow, client, written }: Situation) =>
    flow.tls && client !== undefined ? endpoints(client, written(client.ref), flow.asked) : [],
};

/** Variables of the client's containers that hold the address, as it is written. */
function endpoints({ ref, podPath }: Workload, object: unknown, asked: string): Omit<Change, "remedy">[] {
  return listAt(object, ...podPath.split("."), "containers").flatMap((container) =>
    listAt(container, "env").flatMap((variable) => {
      const value = field(variable, "value");
      if (!isNamed(container) || !isNamed(variable) || typeof value !== "string" || !isTo(value, asked)) return [];
      const plain = value.replace(/^https:/i, "http:");
      const patch = at(`${podPath}.containers`, [
        { name: container.name, env: [{ name: variable.name, value: plain }] },
      ]);
      return [
        {
          title: `let ${describeRef(ref)} send to ${plain}; the mesh encrypts it`,
          edits: [{ action: "patch" as const, object: ref, patch }],
          endsClientTls: true as const,
        },
      ];
    }),
  );
}

function isTo(endpoint: string, asked: string): boolean {
  if (!/^https:/i.test(endpoint)) return false;
  const target = parseTarget(endpoint);
  return !("problem" in target) && `${target.host}:${target.port}` === asked;
}

const isNamed = (value: unknown): value is Bag & { readonly name: string } =>
  isBag(value) && typeof value["name"] === "string";
