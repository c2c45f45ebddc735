// A Node.js language host for machines without the official one: it starts Pulumi's own runners of the program and of the pack,
// as the official host does. Argument: ENGINE_ADDRESS.
const { spawn } = require("node:child_process");
const grpc = require("@grpc/grpc-js");
const language = require("@pulumi/pulumi/proto/language_pb");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const plugin = require("@pulumi/pulumi/proto/plugin_pb");

const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-"));

/** What the runner exits with after it has told the user everything itself. */
const TOLD = 32;

const runner = (name, folder) => require.resolve(`@pulumi/pulumi/cmd/${name}`, { paths: [folder] });

function run({ request }, answer) {
  const folder = request.getInfo().getProgramDirectory();
  const values = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
  if (request.getDryrun()) options.push("--dry-run");
  const env = {
    ...process.env,
    PULUMI_NODEJS_TYPESCRIPT: "true",
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
  // The engine takes whatever a host prints for its address: the program's output goes the other way.
  const program = spawn(process.execPath, [runner("run", folder), ...options, request.getInfo().getEntryPoint()], {
    cwd: folder,
    env,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  program.on("close", (code) => {
    const response = new language.RunResponse();
    if (code === TOLD) response.setBail(true);
    else if (code !== 0) response.setError(`the program ended with ${code}`);
    answer(null, response);
  });
}

function runPlugin(call) {
  const folder = call.request.getInfo().getProgramDirectory();
  const pack = spawn(process.execPath, [runner("run-policy-pack", folder), ...call.request.getArgsList(), "."], {
    cwd: folder,
    env: { ...process.env, ...Object.fromEntries(call.request.getEnvList().map((entry) => entry.split(/=(.*)/s))) },
  });
  const tell = (fill) => {
    const response = new language.RunPluginResponse();
    fill(response);
    call.write(response);
  };
  pack.stdout.on("data", (text) => tell((response) => response.setStdout(text)));
  pack.stderr.on("data", (text) => tell((response) => response.setStderr(text)));
  call.on("cancelled", () => pack.kill());
  pack.on("close", (code) => {
    tell((response) => response.setExitcode(code ?? 1));
    call.end();
  });
}

const unimplemented = (_, answer) => answer({ code: grpc.status.UNIMPLEMENTED });

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
  ...Object.fromEntries(Object.keys(LanguageRuntimeService).map((name) => [name, unimplemented])),
  handshake: (_, answer) => answer(null, new language.LanguageHandshakeResponse()),
  getPluginInfo: (_, answer) => answer(null, new plugin.PluginInfo()),
  getRequiredPackages: (_, answer) => answer(null, new language.GetRequiredPackagesResponse()),
  run,
  runPlugin,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
