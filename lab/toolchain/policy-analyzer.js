// The engine starts this in a policy pack's folder when there is no Node.js language host: what that host would run, from the
// pack's own dependencies. Arguments: ENGINE_ADDRESS PACK.
const engine = process.ppid;
// An engine that was killed tells nobody; its pack would stay for ever.
setInterval(() => process.ppid !== engine && process.exit(1), 2000).unref();

require(require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [process.cwd()] }));
