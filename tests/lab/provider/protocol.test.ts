import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type CallOptions,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  credentials,
  status,
} from "@grpc/grpc-js";
import { version } from "@pulumi/kubernetes/package.json";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { urnOf } from "./support";

/** The provider as the engine sees it: a process of its own that speaks the plugin protocol. */

type Json = { [key: string]: JavaScriptValue };

const MAIN = join(__dirname, "../../../lab/provider/main.ts");
const urn = urnOf("kubernetes:core/v1:ConfigMap", "app");
const { Kind } = proto.PropertyDiff;

let folder: string;
let engine: Server;
let firstLine: Promise<LogRequest>;
let child: ChildProcess;
let client: ResourceProviderClient;

type Answer<Response> = (error: ServiceError | null, response: Response) => void;

/** Calls a method; the promise has the response, or fails with the gRPC error. */
const call = <Request, Response>(
  method: (request: Request, metadata: Metadata, options: CallOptions, answer: Answer<Response>) => unknown,
  request: Request,
): Promise<Response> =>
  new Promise((resolve, reject) =>
    method.call(client, request, new Metadata(), {}, (error, response) => (error ? reject(error) : resolve(response))),
  );

const failure = (promise: Promise<unknown>): Promise<ServiceError> =>
  promise.then(
    () => Promise.reject(new Error("the call went well")),
    (error: ServiceError) => error,
  );

const struct = (json: Json): Struct => Struct.fromJavaScript(json);
const configure = (args: Json) => call(client.configure, new proto.ConfigureRequest().setArgs(struct(args)));
const check = (news: Json, olds: Json = {}) =>
  call(client.check, new proto.CheckRequest().setUrn(urn).setNews(struct(news)).setOlds(struct(olds)));
const create = (properties: Json, preview = false) =>
  call(client.create, new proto.CreateRequest().setUrn(urn).setProperties(struct(properties)).setPreview(preview));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meshtls-protocol-"));
  engine = new Server();
  firstLine = new Promise((resolve) =>
    engine.addService(EngineService, {
      log: (said: { request: LogRequest }, answer: Answer<Empty>) => {
        resolve(said.request);
        answer(null, new Empty());
      },
    }),
  );
  const enginePort = await promisify(engine.bindAsync.bind(engine))("127.0.0.1:0", ServerCredentials.createInsecure());

  const args = ["--require", require.resolve("tsx/cjs"), MAIN, "--logtostderr", "-v=1", `127.0.0.1:${enginePort}`];
  child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("no output to read the port from");
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  expect(port.toString()).toMatch(/^\d+\n$/);
  client = new ResourceProviderClient(`127.0.0.1:${port.toString().trim()}`, credentials.createInsecure());
}, 60_000);

afterAll(async () => {
  client.close();
  child.kill();
  await once(child, "exit");
  engine.forceShutdown();
  rmSync(folder, { recursive: true, force: true });
});

test("before it is configured, it says so and goes on", async () => {
  expect((await failure(check({}))).details).toMatch(/was not configured/);
});

test("it reports the SDK's version and a schema that is JSON", async () => {
  expect((await call(client.getPluginInfo, new Empty())).getVersion()).toBe(version);
  const schema = await call(client.getSchema, new proto.GetSchemaRequest());
  expect(JSON.parse(schema.getSchema())).toEqual({ name: "kubernetes", version });
});

test("it checks and compares a provider's own inputs", async () => {
  const news = struct({ renderYamlToDirectory: "out", context: "c" });
  const checked = await call(client.checkConfig, new proto.CheckRequest().setNews(news));
  expect(checked.getFailuresList().map((item) => item.toObject())).toEqual([
    { property: "context", reason: '"context" arg is not compatible with "renderYamlToDirectory" arg' },
  ]);
  const request = new proto.DiffRequest().setOlds(struct({ renderYamlToDirectory: "a" })).setNews(news);
  const diffed = await call(client.diffConfig, request);
  expect(diffed.getDiffsList()).toEqual(["context", "renderYamlToDirectory"]);
  expect(diffed.getReplacesList()).toEqual(["renderYamlToDirectory"]);
});

describe("configured", () => {
  beforeAll(async () => {
    const response = await configure({ renderYamlToDirectory: folder });
    expect(response.toObject()).toEqual({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: false,
      acceptoutputs: false,
      supportsAutonamingConfiguration: true,
    });
  });

  test("its first line says what it is", async () => {
    const message = `rehearsal Kubernetes provider ${version}, not the official plugin`;
    expect((await firstLine).toObject()).toMatchObject({ severity: LogSeverity.INFO, message, ephemeral: false });
  });

  test("check fills in and refuses", async () => {
    const good = await check({ metadata: { name: "app" }, data: { a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } });
    expect(good.getFailuresList()).toEqual([]);
    expect(good.getInputs()?.toJavaScript()).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "app", namespace: "default" },
      data: { a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
    });
    const bad = await check({ metadata: { name: "App" } });
    expect(bad.getFailuresList().map((item) => item.getProperty())).toEqual(["metadata.name"]);
  });

  test("check follows the engine's seed and its autonaming", async () => {
    const ask = async (change: (request: proto.CheckRequest) => void) => {
      const request = new proto.CheckRequest().setUrn(urn).setNews(struct({}));
      change(request);
      const metadata = (await call(client.check, request)).getInputs()?.toJavaScript()["metadata"];
      return (metadata as { name: string }).name;
    };
    const seeded = (request: proto.CheckRequest) => request.setRandomseed(Buffer.from("seed"));
    expect(await ask(seeded)).toBe(await ask(seeded));
    const { AutonamingOptions } = proto.CheckRequest;
    const proposal = new AutonamingOptions().setMode(AutonamingOptions.Mode.PROPOSE).setProposedName("proposed");
    expect(await ask((request) => request.setAutonaming(proposal))).toBe("proposed");
  });

  const object = (data: Json) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "app", namespace: "default" },
    data,
  });

  test("a life, with its differences", async () => {
    const preview = await create(object({ a: "1" }), true);
    expect([preview.getId(), preview.getProperties()?.toJavaScript()]).toEqual(["", object({ a: "1" })]);

    const created = await create(object({ a: "1", b: "2" }));
    expect(created.getId()).toBe("default/app");
    const file = join(folder, "1-manifest/v1-configmap-default-app.yaml");
    expect(readFileSync(file, "utf8")).toContain('a: "1"');

    const state = created.getProperties();
    const news = struct({ ...object({ a: "3", c: "4" }), immutable: true });
    const diff = await call(client.diff, new proto.DiffRequest().setUrn(urn).setOlds(state).setNews(news));
    const kinds = diff.getDetaileddiffMap().toObject(false, (_, item) => item.toObject()) as unknown;
    expect(kinds).toEqual([
      ["data.a", { kind: Kind.UPDATE_REPLACE, inputdiff: false }],
      ["data.b", { kind: Kind.DELETE_REPLACE, inputdiff: true }],
      ["data.c", { kind: Kind.ADD_REPLACE, inputdiff: false }],
      ["immutable", { kind: Kind.ADD, inputdiff: false }],
    ]);
    expect(diff.getHasdetaileddiff()).toBe(true);
    expect(diff.getChanges()).toBe(proto.DiffResponse.DiffChanges.DIFF_SOME);
    expect(diff.getReplacesList()).toEqual(["data.a", "data.b", "data.c"]);
    expect(diff.getDeletebeforereplace()).toBe(true);

    const same = new proto.DiffRequest()
      .setUrn(urn)
      .setOlds(state)
      .setNews(struct(object({ b: "2", a: "1" })));
    expect((await call(client.diff, same)).getChanges()).toBe(proto.DiffResponse.DiffChanges.DIFF_NONE);

    const again = await failure(create(object({ a: "1" })));
    expect(again).toMatchObject({ code: status.ALREADY_EXISTS });
    expect(again.details).toContain("ConfigMap default/app already exists");

    const read = new proto.ReadRequest().setUrn(urn).setId("default/app").setProperties(state);
    expect((await call(client.read, read)).getId()).toBe("default/app");
    await call(client.delete, new proto.DeleteRequest().setUrn(urn).setId("default/app").setProperties(state));
    expect((await call(client.read, read)).getId()).toBe("");
  });

  test.each([
    ["invoke", () => call(client.invoke, new proto.InvokeRequest().setTok("kubernetes:yaml:decode"))],
    ["call", () => call(client.call, new proto.CallRequest().setTok("kubernetes:helm.sh/v4:Chart/x"))],
    ["construct", () => call(client.construct, new proto.ConstructRequest().setType("kubernetes:yaml/v2:ConfigGroup"))],
    ["parameterize", () => call(client.parameterize, new proto.ParameterizeRequest())],
  ])("%s needs the official plugin, and says so", async (_, attempt) => {
    expect((await failure(attempt())).details).toMatch(/needs the official Kubernetes plugin.*rehearsal provider/);
  });

  test("a request that makes no sense fails alone", async () => {
    expect((await failure(call(client.check, new proto.CheckRequest().setUrn("nonsense")))).details).not.toBe("");
    expect((await failure(call(client.delete, new proto.DeleteRequest().setUrn(urn)))).details).toMatch(
      /no file can have/,
    );
    expect((await check({ metadata: { name: "app" } })).getFailuresList()).toEqual([]);
    expect(child.exitCode).toBeNull();
  });
});
