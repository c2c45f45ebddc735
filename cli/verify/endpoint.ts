import { httpGet, shownUrl, Unanswered } from "../cluster/http-get";
import { parseJson } from "../cluster/json";

/** A service outside the cluster's API that is asked over HTTP; user and password of its address are sent, never shown. */
export interface Endpoint {
  readonly shown: string;
  /**
   * @returns the document that was answered, or why there is none
   */
  get(
    path: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly json: unknown } | { readonly problem: string }>;
}

/** @returns `undefined` when the text is no http or https address */
export function endpointOf(text: string, headers: Readonly<Record<string, string>>): Endpoint | undefined {
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol)) return undefined;
  const { username, password } = base;
  const login =
    username === ""
      ? {}
      : { authorization: `Basic ${encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}` };
  return {
    shown: shownUrl(base),
    async get(path, query) {
      const url = new URL(`${base.pathname.replace(/\/$/, "")}${path}`, base.origin);
      for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
      try {
        const { status, body } = await httpGet(url, {
          headers: { accept: "application/json", "user-agent": "meshtls", ...login, ...headers },
        });
        if (status === 401 || status === 403) return { problem: `does not accept the credentials given (${status})` };
        if (status !== 200) return { problem: `answers ${path} with status ${status}` };
        const json = parseJson(body);
        return json === undefined ? { problem: `answers ${path} with something that is no JSON` } : { json };
      } catch (error) {
        if (error instanceof Unanswered) return { problem: error.message };
        throw error;
      }
    },
  };
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
