import * as z from "zod";
import type { DeclaredFlow } from "../../policies/mtls/flow";
import { parseYaml, YamlProblem } from "../sources/yaml";
import { decodable } from "../sources/text";
import type { Declared } from "./declared";
import { parseTarget } from "./target";

const declaredFlow = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  protocol: z.enum(["grpc", "http", "tcp"]).optional(),
  tls: z.boolean().optional(),
  serverSpeaks: z.enum(["plaintext", "tls"]).optional(),
});

/** A flows file may also be the `expect.yaml` of a case: what is expected is not ours to read. */
const EXPECTATIONS = ["outcome", "symptom", "findings", "note"] as const;

const flowsFile = z.looseObject({ flows: z.array(z.unknown()) });

/** Reads a flows file; every problem is listed with the file and the path in it. */
export function readFlowsFile(file: string, bytes: Buffer): Declared {
  const fail = (...problems: string[]): Declared => ({
    flows: [],
    problems: problems.map((text) => `${file}: ${text}`),
  });
  const decoded = decodable(bytes);
  if ("problem" in decoded) return fail(decoded.problem);
  let document: unknown;
  try {
    [document] = parseYaml(decoded.bytes.toString("utf8"));
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return fail(`${error.line === undefined ? "" : `line ${error.line + 1}: `}${error.message}`);
  }
  const parsed = flowsFile.safeParse(document);
  if (!parsed.success) return fail("must be a mapping with a list `flows`, each with `from` and `to`");

  const flows: DeclaredFlow[] = [];
  const problems: string[] = [];
  parsed.data.flows.forEach((entry, index) => {
    const flow = declaredFlow.safeParse(withoutExpectations(entry));
    if (!flow.success) {
      for (const issue of flow.error.issues) problems.push(`flows[${index}]${pathOf(issue.path)}: ${issue.message}`);
      return;
    }
    const { to, ...rest } = flow.data;
    const target = parseTarget(to);
    if ("problem" in target) problems.push(`flows[${index}].to: ${target.problem}`);
    else flows.push({ ...target, ...withoutUndefined(rest) });
  });
  return problems.length > 0 ? fail(...problems) : { flows, problems: [] };
}

function withoutExpectations(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
  return Object.fromEntries(
    Object.entries(entry).filter(([key]) => !EXPECTATIONS.some((expected) => expected === key)),
  );
}

type Given = Omit<z.infer<typeof declaredFlow>, "to">;

const withoutUndefined = ({ from, protocol, tls, serverSpeaks }: Given): Omit<DeclaredFlow, "host" | "port"> => ({
  from,
  ...(protocol === undefined ? {} : { protocol }),
  ...(tls === undefined ? {} : { tls }),
  ...(serverSpeaks === undefined ? {} : { serverSpeaks }),
});

const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
