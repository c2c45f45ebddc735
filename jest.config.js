const shared = {
  testEnvironment: "node",
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // Jest loads no ESM, which is what the official client is: tests get the bundle that is published.
  moduleNameMapper: { "/kubernetes-client\\.js$": "<rootDir>/cli/dist/kubernetes-client.js" },
  modulePathIgnorePatterns: ["/dist/", "/\\.rehearsal/"],
};

/** `unit` needs only Node; `engine` runs the real Pulumi engine (found, downloaded or built on first use). */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/tests/**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/tests/engine/", "/node_modules/"],
    },
    {
      ...shared,
      displayName: "engine",
      testMatch: ["<rootDir>/tests/engine/**/*.test.ts"],
      globalSetup: "<rootDir>/tests/engine/support/ensure-engine.ts",
      setupFilesAfterEnv: ["<rootDir>/tests/engine/support/patience.ts"],
    },
  ],
};
