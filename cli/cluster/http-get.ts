import { request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Nobody answered, or not to the end. */
export class Unanswered extends Error {}

const TIMEOUT_MS = 30_000;
/** More than any page or tail of a log that is asked for. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * One GET. Redirects are not followed: what is asked for is named by its own address, and credentials stay there.
 * @throws Unanswered with a reason that names neither credentials nor query
 */
export function httpGet(url: URL, options: RequestOptions): Promise<Answer> {
  const request = url.protocol === "http:" ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new Unanswered(reason));
    const sent = request(url, { timeout: TIMEOUT_MS, ...options, method: "GET" }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BYTES) sent.destroy(new Error(`answers with more than ${MAX_BYTES >> 20} MB`));
        else chunks.push(chunk);
      });
      response.on("error", (error: NodeJS.ErrnoException) => fail(whyUnanswered(error)));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error(`does not answer within ${TIMEOUT_MS / 1000} s`)));
    sent.on("error", (error: NodeJS.ErrnoException) => fail(whyUnanswered(error)));
    sent.end();
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses the connection",
  ECONNRESET: "cuts the connection",
  ENOTFOUND: "is a name that nobody knows",
  EAI_AGAIN: "is a name that cannot be looked up just now",
  ETIMEDOUT: "does not answer",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
};

/** https://nodejs.org/api/tls.html, X509 certificate error codes. */
const UNTRUSTED = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED/;

function whyUnanswered(error: NodeJS.ErrnoException): string {
  // Several addresses of one name were tried: each has its own reason.
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [error];
  const { code = "", message = "" } = first ?? {};
  if (UNTRUSTED.test(code)) return `shows a certificate that is not trusted (${message})`;
  if (/wrong version number/.test(message)) return "answers TLS with plaintext: its address begins with http://";
  if (code.startsWith("HPE_")) return "does not speak HTTP/1.1 on that port";
  return REASONS[code] ?? (code === "" ? message || "does not answer" : `fails: ${message || code}`);
}

/** Where something is asked, as it may be shown: without user, password and query. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname === "/" ? "" : url.pathname}`;
}
