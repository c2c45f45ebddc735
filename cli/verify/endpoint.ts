import { httpGet, shownUrl, Unanswered, type Answer } from "../cluster/http-get";
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
  const login = loginOf(base);
  return {
    shown: shownUrl(base),
    async get(path, query) {
      const url = new URL(`${base.pathname.replace(/\/$/, "")}${path}${base.search}`, base.origin);
      for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
      try {
        const answer = await httpGet(url, {
          headers: { accept: "application/json", "user-agent": "meshtls", ...login, ...headers },
        });
        const json = answer.status === 200 ? parseJson(answer.body) : undefined;
        return json === undefined ? { problem: whyNoJson(path, answer) } : { json };
      } catch (error) {
        if (error instanceof Unanswered) return { problem: error.message };
        throw error;
      }
    },
  };
}

function loginOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const login = Buffer.from(`${decode(username)}:${decode(password)}`).toString("base64");
  return { authorization: `Basic ${login}` };
}

/** A `%` that encodes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What Jaeger (multi-tenancy) and Tempo write when the tenant is missing, or none of theirs. */
const TENANT = /missing tenant header|unknown tenant|no org id/;
/** Go's HTTP server, asked in plaintext where it takes TLS. */
const WANTS_TLS = /HTTP request to an HTTPS server/;

/** Tempo's `query_frontend.search.max_duration`. */
const TOO_FAR = /range specified by start and end exceeds/;

/** The answer's own words are not repeated: they may hold what was sent. */
function whyNoJson(path: string, { status, headers, body }: Answer): string {
  if (status === 401 || status === 403)
    return TENANT.test(body)
      ? `asks for a tenant that it knows (${status}): --header 'X-Scope-OrgID: TENANT', or what its header is called`
      : `does not accept the credentials given (${status})`;
  if (status === 400 && WANTS_TLS.test(body)) return "takes only TLS: its address begins with https://";
  if (status === 400 && TOO_FAR.test(body)) return "does not look that far back: take a shorter --since";
  if (status >= 300 && status < 400) return `redirects ${path} (${status}) to ${targetOf(headers["location"])}`;
  if (status !== 200) return `answers ${path} with status ${status}`;
  return /^\s*</.test(body)
    ? `answers ${path} with a page for browsers: the path of its address leads elsewhere`
    : `answers ${path} with something that is no JSON`;
}

/** Where a login page or another path stands; what follows the path may be a secret. */
function targetOf(location: Answer["headers"][string]): string {
  const text = typeof location === "string" ? location : "";
  if (URL.canParse(text)) return `${shownUrl(new URL(text))}, which is not followed`;
  return text === "" ? "nowhere" : `${text.replace(/[?#].*/s, "")}, which is not followed`;
}
