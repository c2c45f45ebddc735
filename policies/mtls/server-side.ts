import { leadsNowhere } from "./application";
import type { Context } from "./client/context";
import { otlpPorts, serverSpeaks } from "./discovery/collector-ports";
import { remember, type Settle } from "./explore";
import { isUnknown } from "./known";
import type { Workload } from "./mesh";
import { receptionOf, type Reception } from "./reception";
import type { Application } from "./verdict";
import type { Accepts, AppProtocol } from "./vocabulary";

/** A port of a workload as clients meet it: its proxy, and the application behind. */
export interface ServerSide {
  readonly application: Application;
  readonly reception: Reception;
  readonly accepts: Accepts;
}

/** What is asked of a port. */
export interface SideQuestion {
  readonly port: number;
  /** A Service led the client here, who dialled this port; `undefined`: the client chose the address itself. */
  readonly dialled: number | undefined;
  readonly protocol: AppProtocol;
  /** As the question says; `undefined` lets a collector's configuration say. */
  readonly serverSpeaks: "plaintext" | "tls" | undefined;
}

type Speaks = "plaintext" | "tls" | undefined;

/** What the application speaks, as a collector's configuration says; an unknown there goes both ways. */
function configured({ mesh }: Context, workload: Workload, port: number, settle: Settle): Speaks {
  const receiver = otlpPorts(mesh, workload).find((candidate) => candidate.port === port);
  if (receiver === undefined || !isUnknown(receiver.tls)) return serverSpeaks(mesh, workload, port);
  const field = `tls of the receiver on port ${port}`;
  return settle<boolean>(receiver.tls, [false, true], workload.ref, field) ? "tls" : "plaintext";
}

function resolve(context: Context, workload: Workload, asked: SideQuestion, settle: Settle): ServerSide {
  const { index } = context;
  const { port, dialled, protocol } = asked;
  const speaks = asked.serverSpeaks ?? configured(context, workload, port, settle);
  const isNowhere = dialled !== undefined && leadsNowhere(index, workload, { port, dialled });
  const application = speaks ?? (isNowhere ? "nothing" : "plaintext");
  const side = { serverSpeaks: application === "nothing" ? "plaintext" : application, protocol } as const;
  const reception = receptionOf(index, workload, port, side, settle);
  return { application, reception, accepts: application === "nothing" ? [] : reception.accepts };
}

/** Worked out once per port and question. */
export function serverSide(context: Context, workload: Workload, asked: SideQuestion): ServerSide {
  const { servers } = context.indexes;
  const known = servers.get(workload) ?? new Map<string, ServerSide>();
  servers.set(workload, known);
  const key = `${asked.port}|${asked.dialled ?? ""}|${asked.protocol}|${asked.serverSpeaks ?? ""}`;
  return remember(known, key, context.settle, (settle) => resolve(context, workload, asked, settle));
}
