import { status, type UntypedServiceImplementation, type handleUnaryCall } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Failure } from "./check";
import { checkConfig, diffConfig } from "./config";
import { type Change, type ChangeKind } from "./diff";
import { type Engine } from "./engine";
import { printPath } from "./paths";
import { Provider } from "./provider";
import { AlreadyExists } from "./render";
import { readSettings } from "./settings";
import { functionRefusal, refusal } from "./tokens";
import { decode, encode } from "./wire";

const { Kind } = proto.PropertyDiff;
const { DiffChanges } = proto.DiffResponse;
const { Mode } = proto.CheckRequest.AutonamingOptions;

const KINDS: Readonly<Record<ChangeKind, { readonly keep: number; readonly replace: number }>> = {
  add: { keep: Kind.ADD, replace: Kind.ADD_REPLACE },
  update: { keep: Kind.UPDATE, replace: Kind.UPDATE_REPLACE },
  delete: { keep: Kind.DELETE, replace: Kind.DELETE_REPLACE },
};

/** A handler whose throw becomes the call's error: the process goes on, and the user reads the message. */
const unary =
  <Request, Response>(handle: (request: Request) => Response): handleUnaryCall<Request, Response> =>
  (call, callback) => {
    let response: Response;
    try {
      response = handle(call.request);
    } catch (error) {
      const code = error instanceof AlreadyExists ? status.ALREADY_EXISTS : status.UNKNOWN;
      callback({ code, details: error instanceof Error ? error.message : String(error) });
      return;
    }
    callback(null, response);
  };

const refused = (message: string): never => {
  throw new Error(message);
};

const failuresOf = (failures: readonly Failure[]): proto.CheckFailure[] =>
  failures.map(({ property, reason }) => new proto.CheckFailure().setProperty(property).setReason(reason));

function propertyDiff({ kind, replace }: Change): proto.PropertyDiff {
  const kinds = KINDS[kind];
  // Only a deleted field is looked up among the old inputs; the others are among the old outputs as well.
  return new proto.PropertyDiff().setKind(replace ? kinds.replace : kinds.keep).setInputdiff(kind === "delete");
}

/**
 * The provider's side of Pulumi's plugin protocol (pulumi: proto/pulumi/provider.proto). The server in
 * `@pulumi/pulumi/provider` hides what this provider needs: its own configuration, whether a step is a preview, and
 * field-by-field differences.
 *
 * @param version what `getPluginInfo` reports: the SDK's own version, so that the engine sees no older plugin
 */
export function service(engine: Engine, version: string): UntypedServiceImplementation {
  let configured: Provider | undefined;
  const provider = (): Provider =>
    configured ?? refused("the provider was not configured; this is an error in the engine");

  return {
    attach: unary((request) => {
      engine.attach(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    getSchema: unary(() => new proto.GetSchemaResponse().setSchema(JSON.stringify({ name: "kubernetes", version }))),
    getMapping: unary(() => new proto.GetMappingResponse()),
    getMappings: unary(() => new proto.GetMappingsResponse()),
    cancel: unary(() => new Empty()),

    checkConfig: unary((request) =>
      new proto.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList(failuresOf(checkConfig(decode(request.getNews()), process.env))),
    ),

    diffConfig: unary((request) => {
      const { diffs, replaces } = diffConfig(decode(request.getOlds()), decode(request.getNews()));
      return new proto.DiffResponse()
        .setChanges(diffs.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
        .setDiffsList([...diffs])
        .setReplacesList([...replaces]);
    }),

    configure: unary((request) => {
      if (configured === undefined) engine.info(`rehearsal Kubernetes provider ${version}, not the official plugin`);
      configured = new Provider(readSettings(decode(request.getArgs()), process.env), engine);
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: unary((request) => {
      const olds = decode(request.getOlds());
      const autonaming = request.getAutonaming();
      const { inputs, failures } = provider().check(request.getUrn(), {
        olds: Object.keys(olds).length > 0 ? olds : undefined,
        news: decode(request.getNews()),
        seed: request.getRandomseed_asU8(),
        ...(autonaming && {
          autonaming: { disabled: autonaming.getMode() === Mode.DISABLE, proposed: autonaming.getProposedName() },
        }),
      });
      return new proto.CheckResponse().setInputs(encode(inputs)).setFailuresList(failuresOf(failures));
    }),

    diff: unary((request) => {
      const { changes, always, deleteBeforeReplace } = provider().diff(
        request.getUrn(),
        decode(request.getOlds()),
        decode(request.getNews()),
        request.getIgnorechangesList(),
      );
      const response = new proto.DiffResponse()
        .setChanges(changes.length > 0 || always ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
        .setReplacesList(changes.filter((change) => change.replace).map((change) => printPath(change.path)))
        .setDeletebeforereplace(deleteBeforeReplace)
        .setHasdetaileddiff(true);
      for (const change of changes) response.getDetaileddiffMap().set(printPath(change.path), propertyDiff(change));
      return response;
    }),

    create: unary((request) => {
      const { id, outputs } = provider().create(
        request.getUrn(),
        decode(request.getProperties()),
        request.getPreview(),
      );
      return new proto.CreateResponse().setId(id).setProperties(encode(outputs));
    }),

    read: unary((request) => {
      const [state, inputs] = [decode(request.getProperties()), decode(request.getInputs())];
      const found = provider().read(request.getUrn(), request.getId(), state, inputs);
      // No id tells the engine that the object is gone.
      if (found === undefined) return new proto.ReadResponse();
      return new proto.ReadResponse()
        .setId(found.id)
        .setProperties(encode(found.outputs))
        .setInputs(encode(found.inputs));
    }),

    update: unary((request) => {
      const [state, news] = [decode(request.getOlds()), decode(request.getNews())];
      return new proto.UpdateResponse().setProperties(
        encode(provider().update(request.getUrn(), state, news, request.getPreview())),
      );
    }),

    delete: unary((request) => {
      provider().delete(request.getUrn(), decode(request.getProperties()));
      return new Empty();
    }),

    invoke: unary((request) => refused(functionRefusal(request.getTok()))),
    call: unary((request) => refused(functionRefusal(request.getTok()))),
    construct: unary((request) => refused(refusal(request.getType()) ?? functionRefusal(request.getType()))),
    parameterize: unary(() => refused(functionRefusal("extensions of the package"))),
  } satisfies Partial<IResourceProviderServer>;
}
