import type { Command } from "../symptoms/signature";
import type { Endpoint } from "./carrier";

/** Puts into a command what the lines tell of the server, when they name just one. */
export function addressed(command: Command, endpoints: readonly Endpoint[]): Command {
  const [endpoint] = endpoints;
  if (endpoint === undefined || endpoints.length > 1) return command;
  const [service = "", namespace] = /[a-z]/i.test(endpoint.host) ? endpoint.host.split(".") : [];
  const known: Record<string, string | undefined> = {
    HOST: endpoint.host,
    PORT: String(endpoint.port),
    SERVICE: service === "" ? undefined : service,
    SERVER_NS: namespace,
  };
  const fill = (text: string): string =>
    text.replace(/\b(?:HOST|PORT|SERVICE|SERVER_NS)\b/g, (place) => known[place] ?? place);
  return { run: fill(command.run), tells: fill(command.tells) };
}
