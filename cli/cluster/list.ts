import { setTimeout as sleep } from "node:timers/promises";
import { Unanswered, type Answer } from "./http-get";
import { bag, list, parseJson, text } from "./json";
import type { ApiServer } from "./kubeconfig";

/** What came of listing one resource. */
export type Listing =
  | { readonly items: readonly unknown[] }
  /** The API server knows no such resource: its CRD is not installed. */
  | { readonly absent: true }
  /** It cannot be told what there is, and why; never the same as nothing. */
  | { readonly problem: string };

export interface ListOptions {
  readonly accept?: string;
  /** What to keep of an item; told page by page, and once more where a list is begun again. */
  readonly keep?: (item: unknown) => unknown;
  /** Waits between tries. @default real time */
  readonly pause?: (ms: number) => Promise<unknown>;
}

export const JSON_OBJECTS = "application/json";

const PAGE = 500;
/** How often a list is begun again because the server has forgotten where it was (410). */
const RESTARTS = 3;
/** How often one page is asked for while the server is busy. */
const TRIES = 6;
const LONGEST_PAUSE_MS = 30_000;

/** Lists a resource whole, page by page. */
export async function listAll(server: ApiServer, path: string, options: ListOptions = {}): Promise<Listing> {
  const { accept = JSON_OBJECTS, keep = (item) => item } = options;
  let items: unknown[] = [];
  let restarts = 0;
  for (let next: string | undefined = ""; next !== undefined;) {
    const answer: Answer | string = await patiently(
      () => server.get(`${path}?limit=${PAGE}${next ? `&continue=${encodeURIComponent(next)}` : ""}`, accept),
      options.pause,
    );
    if (typeof answer === "string") return { problem: answer };
    if (answer.status === 404) return { absent: true };
    if (answer.status === 410 && next !== "") {
      if (++restarts > RESTARTS)
        return { problem: "comes to no end: they change faster than they can be read (410 every time)" };
      items = [];
      next = "";
      continue;
    }
    if (answer.status !== 200) return { problem: describeStatus(answer) };
    const page = readPage(answer.body);
    if (page === undefined) return { problem: "was answered with something that is no list" };
    for (const item of page.items) items.push(keep(item));
    next = page.next;
  }
  return { items };
}

/** @returns the answer, or why there is none */
export async function patiently(
  ask: () => Promise<Answer>,
  pause: (ms: number) => Promise<unknown> = sleep,
  tries = TRIES,
): Promise<Answer | string> {
  for (let attempt = 1; ; attempt++) {
    let answer: Answer | undefined;
    let reason = "";
    try {
      answer = await ask();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      reason = `is not answered: the API server ${error.message}`;
    }
    if (answer !== undefined && !isBusy(answer.status)) return answer;
    if (attempt === tries) return answer === undefined ? reason : describeStatus(answer);
    await pause(pauseAfter(answer, attempt));
  }
}

const isBusy = (status: number): boolean => status === 429 || status >= 500;

function pauseAfter(answer: Answer | undefined, attempt: number): number {
  const asked = Number(answer?.headers["retry-after"]) * 1000;
  return Math.min(LONGEST_PAUSE_MS, asked > 0 ? asked : 250 * 2 ** attempt);
}

export function describeStatus({ status, body }: Answer): string {
  if (status === 401) return "is refused: the credentials of the kubeconfig are not accepted (401)";
  if (status === 403) return "is forbidden (403)";
  if (status === 429) return "is refused: the API server is too busy (429), also after several tries";
  const message = messageIn(body);
  return `fails with status ${status}${message === undefined ? "" : `: ${message}`}`;
}

/** What a Status object of Kubernetes says. */
function messageIn(body: string): string | undefined {
  return text(bag(parseJson(body))["message"])?.slice(0, 300);
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | undefined;
}

/** Go writes an empty list as `null` at times. */
function readPage(body: string): Page | undefined {
  const { items, metadata } = bag(parseJson(body));
  if (items !== null && !Array.isArray(items)) return undefined;
  return { items: list(items), next: text(bag(metadata)["continue"]) };
}
