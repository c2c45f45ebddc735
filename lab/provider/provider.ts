import { check, type CheckRequest, type CheckResult } from "./check";
import { fieldManagerOf, readCheckpoint, writeCheckpoint } from "./checkpoint";
import { diff, type Diff } from "./diff";
import { apiVersionOf, idOf, kindOf, prune, withAt, withDashes, withUnderscores, type Manifest } from "./manifest";
import { AlreadyExists, Manifests } from "./render";
import { Scopes } from "./scope";
import { type Settings } from "./settings";
import { baseKindOf, isPatch, parseToken, parseUrn, apiVersionOf as apiVersionOfToken } from "./tokens";
import { hasSecret, markSecrets, reveal, type Fields } from "./values";

/** What the provider tells the user, each about one resource. `status` is a passing line beside the resource. */
export interface Log {
  warning(message: string, urn: string): void;
  status(message: string, urn: string): void;
}

/** An object as it was read back; undefined outputs mean that it is gone. */
export interface Found {
  readonly id: string;
  readonly outputs: Fields;
  readonly inputs: Fields;
}

const NO_CLUSTER =
  "this is the rehearsal Kubernetes provider: it writes manifests to a directory and reaches no cluster. " +
  "Set `renderYamlToDirectory` on the provider, or install the official plugin with " +
  "`pulumi plugin install resource kubernetes`";

const EXISTS_ADVICE =
  "If another resource of this or another stack owns it, give this one another name; if it is the same object under " +
  "a new resource name or type, add an alias; to take it over, import it, or set `upsertExistingObjects` on the " +
  "provider; if an interrupted run left it behind, remove the file";

const PATCH_ADVICE =
  "The rehearsal provider cannot patch an object in place; patch resources need the official plugin and a cluster";

/** The resources of one configured provider. Every method throws an Error whose message is for the user. */
export class Provider {
  readonly #scopes = new Scopes();
  readonly #manifests: Manifests | undefined;
  /** Who wrote a file in this run: the old half of a replacement must not delete what the new half has written. */
  readonly #owners = new Map<string, string>();

  constructor(
    readonly settings: Settings,
    readonly log: Log,
  ) {
    this.#manifests = settings.directory === undefined ? undefined : new Manifests(settings.directory);
  }

  /** See {@link check}. */
  check(urn: string, request: Omit<CheckRequest, "token" | "resourceName">): CheckResult {
    const { token, name } = parseUrn(urn);
    const result = check({ ...request, token, resourceName: name }, this.settings, this.#scopes);
    if (this.#manifests !== undefined && hasSecret(result.inputs)) {
      this.log.warning("rendered YAML will contain a secret value in plaintext", urn);
    }
    return result;
  }

  /** See {@link diff}; `always` asks for an update even if nothing changed. */
  diff(
    urn: string,
    state: Fields,
    news: Fields,
    ignoreChanges: readonly string[],
  ): Diff & { readonly always: boolean } {
    const { inputs, live } = readCheckpoint(state);
    const request = {
      token: parseToken(parseUrn(urn).token),
      oldInputs: inputs,
      live,
      newInputs: withDashes(reveal(news)),
      ignoreChanges,
    };
    return {
      ...diff(request, this.settings, this.#scopes),
      always: this.#manifests !== undefined && this.settings.alwaysRender,
    };
  }

  /** Writes a new object. A preview writes nothing, has no id yet, and gives the inputs as outputs. */
  create(urn: string, inputs: Fields, preview: boolean): { readonly id: string; readonly outputs: Fields } {
    if (preview) return { id: "", outputs: inputs };
    const manifests = this.#rendered();
    const manifest = withDashes(reveal(inputs));
    const patches = isPatch(parseToken(parseUrn(urn).token), kindOf(manifest));
    try {
      manifests.create(manifest, this.settings.upsertExisting && !patches);
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
      throw new AlreadyExists(`${error.message}. ${patches ? PATCH_ADVICE : EXISTS_ADVICE}`);
    }
    this.#written(urn, manifest, inputs);
    const checkpoint = {
      inputs: manifest,
      live: manifest,
      initialApiVersion: apiVersionOf(manifest),
      fieldManager: fieldManagerOf(manifest, ""),
    };
    return { id: idOf(manifest), outputs: writeCheckpoint(checkpoint, inputs) };
  }

  /** Writes a changed object. A preview gives the new inputs as outputs. */
  update(urn: string, state: Fields, inputs: Fields, preview: boolean): Fields {
    if (preview) return inputs;
    const manifest = withDashes(reveal(inputs));
    const old = readCheckpoint(state);
    this.#rendered().update(old.live, manifest);
    this.#written(urn, manifest, inputs);
    const fieldManager = fieldManagerOf(manifest, old.fieldManager);
    return writeCheckpoint({ ...old, inputs: manifest, live: manifest, fieldManager }, inputs);
  }

  /** Removes an object; one that is gone already is fine. */
  delete(urn: string, state: Fields): void {
    const manifests = this.#rendered();
    const { live } = readCheckpoint(state);
    const path = manifests.pathOf(live);
    if ((this.#owners.get(path) ?? urn) !== urn) return;
    manifests.remove(live);
    this.log.status(`deleted ${path}`, urn);
  }

  /**
   * Reads an object back: with a state for a refresh, without one for an import or a `get`, where `id` is
   * `namespace/name` or `name`. Undefined when there is no such object.
   */
  read(urn: string, id: string, state: Fields, inputs: Fields): Found | undefined {
    const known = readCheckpoint(state);
    const live = this.#rendered().read(kindOf(known.live) === "" ? this.#named(urn, id) : known.live);
    if (live === undefined) return undefined;

    const shape = withDashes(reveal(inputs));
    const isImport = Object.keys(shape).length === 0;
    const liveInputs = isImport ? withAt(live, ["status"], undefined) : prune(live, shape);
    const checkpoint = {
      inputs: liveInputs,
      live,
      initialApiVersion: known.initialApiVersion || apiVersionOf(live),
      fieldManager: fieldManagerOf(live, known.fieldManager),
    };
    return {
      id,
      outputs: writeCheckpoint(checkpoint, inputs),
      inputs: markSecrets(withUnderscores(liveInputs), inputs),
    };
  }

  /** The object that an id names. */
  #named(urn: string, id: string): Manifest {
    const token = parseToken(parseUrn(urn).token);
    const kind = baseKindOf(token);
    const [name = "", namespace = ""] = id.split("/").reverse();
    const scope = this.#scopes.isNamespaced(token.group, kind) ? namespace || this.settings.namespace : "";
    return {
      apiVersion: apiVersionOfToken(token),
      kind,
      metadata: scope === "" ? { name } : { name, namespace: scope },
    };
  }

  #rendered(): Manifests {
    if (this.#manifests === undefined) throw new Error(NO_CLUSTER);
    return this.#manifests;
  }

  #written(urn: string, manifest: Manifest, inputs: Fields): void {
    const path = this.#rendered().pathOf(manifest);
    this.#owners.set(path, urn);
    if (hasSecret(inputs)) this.log.warning(`rendered file ${path} contains a secret value in plaintext`, urn);
    this.log.status(`rendered ${path}`, urn);
  }
}
