import type { DeclaredFlow } from "../../policies/mtls/flow";
import { parseTarget } from "./target";

/** Flows as declared, or everything that is wrong with the declarations. */
export interface Declared {
  readonly flows: readonly DeclaredFlow[];
  readonly problems: readonly string[];
}

/** `--flow 'FROM -> [SCHEME://]HOST:PORT'` */
export function parseFlow(text: string): DeclaredFlow | { readonly problem: string } {
  const [from, to, ...rest] = text.split("->").map((part) => part.trim());
  if (from === undefined || from === "" || to === undefined || to === "" || rest.length > 0)
    return {
      problem: `--flow "${text}" is not 'FROM -> HOST:PORT', for example 'shop/orders -> otel-collector.monitoring:4317'`,
    };
  const target = parseTarget(to);
  return "problem" in target ? { problem: `--flow ${target.problem}` } : { from, ...target };
}

export function parseFlows(texts: readonly string[]): Declared {
  const parsed = texts.map(parseFlow);
  return {
    flows: parsed.flatMap((flow) => ("problem" in flow ? [] : [flow])),
    problems: parsed.flatMap((flow) => ("problem" in flow ? [flow.problem] : [])),
  };
}
