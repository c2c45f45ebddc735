import * as pulumi from "@pulumi/pulumi";

/** A resource as it was registered. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** As the provider would get them; what a preview does not know yet is `UNKNOWN`. */
  readonly inputs: Record<string, unknown>;
}

export interface MockOptions {
  /** Resource ids and component outputs are unknown, as in `pulumi preview`. @default false */
  readonly preview?: boolean;
  /** Configuration of the project `meshtls-staging`, by full key. */
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs that a resource has besides its inputs, by type. */
  readonly outputs?: Readonly<Record<string, Record<string, unknown>>>;
}

/** What the mocks make of a value that a preview does not know. */
export const UNKNOWN = { __pulumiUnknown: true };

/** The project and the stack that the mocks run. */
export const PROJECT = "meshtls-staging";
export const STACK = "staging";

const byTypeAndName = (a: Registered, b: Registered): number =>
  a.type < b.type ? -1 : a.type > b.type ? 1 : a.name < b.name ? -1 : 1;

/** Inputs without the mark that a secret anywhere in a field leaves on the whole field. */
const revealed = (inputs: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => {
      const isSecret = typeof value === "object" && value !== null && pulumi.runtime.specialSigKey in value;
      return [key, isSecret && "value" in value ? value.value : value];
    }),
  );

/**
 * Runs `build` without an engine and gives everything it registered, by type and name. Waits for every registration, also for those
 * begun before a throw; registrations go on after `build` returns, so nothing else may be trusted to be complete.
 */
export async function registeredBy(build: () => unknown, options: MockOptions = {}): Promise<Registered[]> {
  const { preview = false, config = {}, outputs = {} } = options;
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        registered.push({ type, name, inputs: revealed(inputs as Record<string, unknown>) });
        const id = custom === false ? "" : preview ? undefined : `${name}-id`;
        return { id, state: { ...inputs, ...outputs[type] } };
      },
      call: ({ inputs }) => inputs,
    },
    PROJECT,
    STACK,
    preview,
  );
  pulumi.runtime.setAllConfig({ ...config });
  try {
    await build();
  } finally {
    await pulumi.runtime.disconnect();
  }
  return registered.sort(byTypeAndName);
}

/** The one resource of that type and name. */
export function find(registered: readonly Registered[], type: string, name?: string): Registered {
  const found = registered.filter((one) => one.type === type && (name === undefined || one.name === name));
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Error(
      `${found.length} resources are ${type} ${name ?? ""}: ${registered.map((r) => `${r.type} ${r.name}`).join(", ")}`,
    );
  return one;
}

/** The message with which `build` refuses. */
export async function refusalOf(build: () => unknown): Promise<string> {
  try {
    await registeredBy(build);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}
