import type { Command } from "./commands";
import { specOf, variableOf, COMMAND_LINE_ONLY, type OptionName } from "./options";

/** What `meshtls --help` prints. */
export function generalHelp(commands: readonly Command[]): string {
  return `meshtls: what a client in an Istio mesh really sends to a port, what the port really accepts, what error that gives, and which
objects decided it.

usage: meshtls COMMAND [ARGUMENTS]

${columns(commands.map(({ name, summary }) => [name, summary]))}

meshtls COMMAND --help explains one of them; meshtls --version says which this is.

Start here:
  meshtls check k8s/
  helm template shop ./chart | meshtls check -
  meshtls explain shop/orders otel-collector.monitoring:4317 k8s/

Options also come from MESHTLS_* variables (MESHTLS_FAIL_ON=unknown) and from .meshtls.yaml (fail-on: unknown); the command line
wins, then the variables. NO_COLOR turns colours off.
`;
}

/** What `meshtls COMMAND --help` prints. */
export function commandHelp({ name, summary, positionals, options, details, examples, formats }: Command): string {
  return `meshtls ${name}: ${summary}

usage: ${`meshtls ${name} [OPTIONS] ${positionals}`.trimEnd()}

${details}

options:
${columns(options.map((option) => [spell(option), option === "format" ? `one of ${formats.join(", ")} [text]` : specOf(option).help]))}

examples:
${examples.map((example) => `  ${example}`).join("\n")}

Every option but ${[...COMMAND_LINE_ONLY]
    .filter((option) => options.includes(option))
    .map((option) => `--${option}`)
    .join(", ")} may also be a variable (${variableOf("format")}) or a key of .meshtls.yaml.
`;
}

function spell(option: OptionName): string {
  const { short, value } = specOf(option);
  return `${short === undefined ? "    " : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`;
}

const WIDEST = 30;

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(WIDEST, Math.max(...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) =>
      left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
    )
    .join("\n");
}
