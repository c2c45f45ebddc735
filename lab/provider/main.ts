import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { version } from "@pulumi/kubernetes/package.json";
import { Engine, engineAddress } from "./engine";
import { service } from "./server";

/** Messages as large as the engine sends them itself. */
const MAX_MESSAGE = 400 * 1024 * 1024;

/** Serves the protocol on a port of the loopback interface and prints that port, which is what the engine waits for. */
function main(args: readonly string[]): void {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  server.addService(ResourceProviderService, service(new Engine(engineAddress(args)), version));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });

  // An engine that was killed closes nothing; its providers would stay for ever.
  const engine = process.ppid;
  setInterval(() => process.ppid !== engine && process.exit(0), 2000).unref();
}

process.on("uncaughtException", (error) => {
  process.stderr.write(`rehearsal Kubernetes provider: ${error.stack ?? error.message}\n`);
  process.exit(1);
});

main(process.argv.slice(2));
