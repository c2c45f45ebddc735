import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { type Log } from "./provider";

/** The engine's address: the first argument that is no flag (`--logtostderr`, `-v=9`) and no value of `--tracing`. */
export const engineAddress = (args: readonly string[]): string | undefined =>
  args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--tracing");

/** The engine's side of the conversation: what is logged there appears on the user's terminal. */
export class Engine implements Log {
  #client: EngineClient | undefined;

  /** @param address `host:port` of the engine; without one, messages go to standard error until it attaches. */
  constructor(address: string | undefined) {
    if (address) this.attach(address);
  }

  attach(address: string): void {
    this.#client = new EngineClient(address, credentials.createInsecure());
  }

  info(message: string): void {
    this.#send(LogSeverity.INFO, message, "", false);
  }

  warning(message: string, urn: string): void {
    this.#send(LogSeverity.WARNING, message, urn, false);
  }

  status(message: string, urn: string): void {
    this.#send(LogSeverity.INFO, message, urn, true);
  }

  #send(severity: LogSeverity, message: string, urn: string, ephemeral: boolean): void {
    const request = new LogRequest();
    request.setSeverity(severity).setMessage(message).setUrn(urn).setEphemeral(ephemeral);
    // A message that cannot be delivered must not fail the operation it is about.
    if (this.#client === undefined) process.stderr.write(`${message}\n`);
    else this.#client.log(request, (error) => error && process.stderr.write(`${message}\n`));
  }
}
