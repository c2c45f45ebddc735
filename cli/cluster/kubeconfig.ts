import type { RequestOptions } from "node:https";
import { httpGet, shownUrl, type Answer } from "./http-get";
import { didYouMean } from "../suggest";
import { UnreadableInput } from "../sources/index";
import { UsageError } from "../usage-error";

/** An API server, and how it is asked; credentials stay inside. */
export interface ApiServer {
  /** Name of the kubeconfig's context. */
  readonly context: string;
  /** Its address, for messages. */
  readonly address: string;
  /**
   * @param path for example `/api/v1/pods?limit=500`
   * @throws Unanswered
   */
  get(path: string, accept: string): Promise<Answer>;
}

const UNAUTHORIZED = 401;
/** The context that the client makes up when it finds no kubeconfig at all. */
const MADE_UP = "loaded-context";

/**
 * A cluster as `kubectl` would find it: the kubeconfig that is named, else KUBECONFIG, else `~/.kube/config`, else the service account
 * of the pod that this runs in. Exec plugins, client certificates, tokens and proxies are the official client's work.
 * @throws UsageError when there is no such context; UnreadableInput when there is no kubeconfig, or it cannot be read
 */
export async function connect(file: string | undefined, context: string | undefined): Promise<ApiServer> {
  const { KubeConfig } = await import("./kubernetes-client.js");
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    throw unreadable(`${file ?? "the kubeconfig"} cannot be read: ${reasonOf(error)}`);
  }
  const names = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !names.includes(context))
    throw new UsageError([
      `--context is "${context}"; one of ${names.length === 0 ? "none" : names.join(", ")}${didYouMean(context, names)}`,
    ]);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null || (config.getCurrentContext() === MADE_UP && cluster.server === "http://localhost:8080"))
    throw unreadable(
      cluster === null
        ? `${file ?? "the kubeconfig"} names no cluster in its context "${config.getCurrentContext()}"`
        : "there is no kubeconfig: name one with --kubeconfig FILE or KUBECONFIG, or run where kubectl works",
    );
  const base = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (base === undefined) throw unreadable(`the kubeconfig's cluster ${cluster.name} has no valid address in server`);

  let options: Promise<RequestOptions> | undefined;
  const login = async (): Promise<RequestOptions> => {
    const made: RequestOptions = { headers: {} };
    try {
      await config.applyToHTTPSOptions(made);
    } catch (error) {
      throw unreadable(`context ${config.getCurrentContext()} cannot be used: ${reasonOf(error)}`);
    }
    return made;
  };
  const ask = async (path: string, accept: string): Promise<Answer> => {
    options ??= login();
    const { headers, ...rest } = await options;
    const url = new URL(`${base.pathname.replace(/\/$/, "")}${path}`, base);
    return httpGet(url, { ...rest, headers: { ...headers, accept, "user-agent": "meshtls" } });
  };
  return {
    context: config.getCurrentContext(),
    address: shownUrl(base),
    async get(path, accept) {
      const answer = await ask(path, accept);
      if (answer.status !== UNAUTHORIZED) return answer;
      // A token that has run out is renewed once.
      options = login();
      return ask(path, accept);
    },
  };
}

/** Plugins print secrets at times: only the first line, and no token in it. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .split("\n", 1)
    .join("")
    .replace(/\b(bearer|token|password)\b[\s:=]+\S+/gi, "$1 …");

export const unreadable = (...messages: readonly string[]): UnreadableInput =>
  new UnreadableInput(
    messages.map((message) => ({ severity: "error", object: "", path: "", message, source: undefined })),
  );
