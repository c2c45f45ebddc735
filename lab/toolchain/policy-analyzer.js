// The engine starts this in a policy pack's folder when there is no Node.js language host: what that host would run, from the
// pack's own dependencies. Arguments: ENGINE_ADDRESS PACK.
require(require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [process.cwd()] }));
