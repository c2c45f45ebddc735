import { spawn, type ChildProcess } from "node:child_process";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  type AnalyzerInfo,
  type AnalyzeResponse,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { analyzeRequest, diagnosticsOf, stackRequest, struct, type Diagnostic, type SentResource } from "./wire";

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
