import { spawn, type ChildProcess } from "node:child_process";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  type AnalyzerInfo,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  type AnalyzeResponse,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

export interface Diagnostic {
  readonly policy: string;
  readonly level: "advisory" | "mandatory" | "other";
  readonly urn: string;
  readonly message: string;
}

/** A resource as the engine describes it. */
export interface SentResource {
  readonly type: string;
  readonly name: string;
  readonly props: object;
  readonly parent?: string;
}

/** The pack as the engine sees it: a process that answers over gRPC. */
export interface ServedPack {
  info(): Promise<AnalyzerInfo.AsObject>;
  configure(config: Readonly<Record<string, object>>): Promise<void>;
  /** Before a resource is created. */
  resource(resource: SentResource): Promise<readonly Diagnostic[]>;
  /** At the end of a preview or update. */
  stack(resources: readonly SentResource[]): Promise<readonly Diagnostic[]>;
  /** Process id, for those who measure. */
  readonly pid: number | undefined;
  stop(): void;
}

export const urnOf = ({ type, name }: Pick<SentResource, "type" | "name">): string =>
  `urn:pulumi:staging::shop::${type}::${name}`;

const struct = (value: object): Struct => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

function options({ parent }: SentResource): AnalyzerResourceOptions {
  const message = new AnalyzerResourceOptions();
  if (parent !== undefined) message.setParent(parent);
  return message;
}

function analyzeRequest(resource: SentResource): AnalyzeRequest {
  const request = new AnalyzeRequest();
  request.setType(resource.type);
  request.setName(resource.name);
  request.setUrn(urnOf(resource));
  request.setProperties(struct(resource.props));
  request.setOptions(options(resource));
  return request;
}

function stackRequest(resources: readonly SentResource[]): AnalyzeStackRequest {
  const request = new AnalyzeStackRequest();
  request.setResourcesList(
    resources.map((resource) => {
      const message = new AnalyzerResource();
      message.setType(resource.type);
      message.setName(resource.name);
      message.setUrn(urnOf(resource));
      message.setProperties(struct(resource.props));
      message.setOptions(options(resource));
      if (resource.parent !== undefined) message.setParent(resource.parent);
      return message;
    }),
  );
  return request;
}

const LEVELS: Readonly<Record<number, Diagnostic["level"]>> = {
  [EnforcementLevel.ADVISORY]: "advisory",
  [EnforcementLevel.MANDATORY]: "mandatory",
};

const diagnosticsOf = (response: AnalyzeResponse): readonly Diagnostic[] =>
  response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: LEVELS[diagnostic.getEnforcementlevel()] ?? "other",
    urn: diagnostic.getUrn(),
    message: diagnostic.getMessage(),
  }));

/** The pack says its port on the first line of its standard output. */
const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = "";
    let complained = "";
    child.stderr?.on("data", (data: Buffer) => (complained += data.toString()));
    child.stdout?.on("data", (data: Buffer) => {
      said += data.toString();
      const [, port] = /^(\d+)\r?\n/.exec(said) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    child.once("exit", (code) =>
      reject(new Error(`the pack ended (${String(code)}) before it served:\n${complained}`)),
    );
  });

/** Starts the pack in a folder as Pulumi's language host does. */
export async function servePack(folder: string): Promise<ServedPack> {
  const run = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const child = spawn(process.execPath, [run, "127.0.0.1:0", folder], {
    cwd: folder,
    env: {
      ...process.env,
      PULUMI_NODEJS_ORGANIZATION: "organization",
      PULUMI_NODEJS_PROJECT: "shop",
      PULUMI_NODEJS_STACK: "staging",
      PULUMI_NODEJS_DRY_RUN: "true",
      PULUMI_CONFIG: "{}",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const client = new AnalyzerClient(`127.0.0.1:${await portOf(child)}`, credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
    "grpc.max_receive_message_length": -1,
  });
  const call = <Response>(
    start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> =>
    new Promise((resolve, reject) => start((error, response) => (error === null ? resolve(response) : reject(error))));

  return {
    info: async () => (await call<AnalyzerInfo>((done) => client.getAnalyzerInfo(new Empty(), done))).toObject(),
    configure: async (config) => {
      const request = new ConfigureAnalyzerRequest();
      for (const [policy, properties] of Object.entries(config)) {
        const policyConfig = new PolicyConfig();
        policyConfig.setEnforcementlevel(EnforcementLevel.MANDATORY);
        policyConfig.setProperties(struct(properties));
        request.getPolicyconfigMap().set(policy, policyConfig);
      }
      await call<Empty>((done) => client.configure(request, done));
    },
    resource: async (resource) =>
      diagnosticsOf(await call<AnalyzeResponse>((done) => client.analyze(analyzeRequest(resource), done))),
    stack: async (resources) =>
      diagnosticsOf(await call<AnalyzeResponse>((done) => client.analyzeStack(stackRequest(resources), done))),
    pid: child.pid,
    stop: () => {
      client.close();
      child.kill();
    },
  };
}
