import { CommandError, type EngineEvent, type OpMap } from "@pulumi/pulumi/automation";

/** What a policy said about a resource, or about the stack. */
export interface PolicyMessage {
  /** Absent for a message about the stack as a whole. */
  readonly resourceUrn?: string;
  readonly message: string;
  readonly policyName: string;
  readonly policyPackName: string;
  readonly policyPackVersion: string;
  readonly enforcementLevel: "mandatory" | "advisory" | "remediate" | "disabled";
}

/** What one operation (preview, up, destroy) did, whether it went well or not. */
export interface Recorded {
  readonly ok: boolean;
  /** The engine's own output, standard output and standard error. */
  readonly output: string;
  /** Counts by what is (to be) done: `create`, `update`, `replace`, `delete`, `same`. */
  readonly changes: OpMap;
  readonly policies: readonly PolicyMessage[];
  /** Errors as the engine reports them: of the program, of a provider, of a pack that could not run. */
  readonly errors: readonly string[];
  /** Every event, for what is not above. */
  readonly events: readonly EngineEvent[];
}

/** What `Stack.preview`, `up` and `destroy` take for watching them. */
export interface Watch {
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
  readonly onEvent: (event: EngineEvent) => void;
}

/**
 * Runs an operation of the Automation API and records it. The engine's refusal is a record with `ok: false`; anything else that
 * goes wrong is thrown.
 */
export async function record(
  operation: (watch: Watch) => Promise<unknown>,
  echo: (text: string) => void = () => {},
): Promise<Recorded> {
  const output: string[] = [];
  const events: EngineEvent[] = [];
  const heard = (text: string) => {
    output.push(text);
    echo(text);
  };
  const interruption = waitWhenInterrupted(echo);
  const ok = await operation({ onOutput: heard, onError: heard, onEvent: (event) => events.push(event) })
    .then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        // What never reached the engine (a project that does not load, say) is only in the error.
        if (output.length === 0) heard(`${error.message}\n`);
        return false;
      },
    )
    .finally(interruption.over);
  return {
    ok,
    output: output.join(""),
    changes: events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.resourceChanges ?? {},
    policies: events.flatMap(({ policyEvent }) => (policyEvent === undefined ? [] : [policyEvent as PolicyMessage])),
    errors: events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : [],
    ),
    events,
  };
}

/** One Ctrl-C may arrive more than once: from the terminal, and through the processes in between. */
const SAME_INTERRUPT_MS = 1000;

/** The terminal interrupts the engine as well, which then stops cleanly: waits for it. A second Ctrl-C ends everything at once. */
function waitWhenInterrupted(echo: (text: string) => void): { readonly over: () => void } {
  let first: number | undefined;
  const heard = () => {
    const now = Date.now();
    if (first !== undefined && now - first > SAME_INTERRUPT_MS) process.exit(130);
    if (first === undefined)
      echo("\ninterrupted; waiting for the engine to stop cleanly (once more to stop at once)\n");
    first ??= now;
  };
  process.on("SIGINT", heard);
  return { over: () => process.off("SIGINT", heard) };
}
