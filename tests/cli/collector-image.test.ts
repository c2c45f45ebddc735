import { meshtls } from "./support/meshtls";

/** A collector under a name of one's own counts as one when the user says so. */

const STRICT_ONLY = `
apiVersion: v1
kind: Namespace
metadata: { name: monitoring, labels: { istio-injection: enabled } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: telemetry, namespace: monitoring }
spec:
  template:
    metadata: { labels: { app: telemetry } }
    spec:
      containers: [{ name: main, image: "registry.example.com/obs/telemetry:1.2", ports: [{ containerPort: 4317 }] }]
`;

const check = async (...argv: string[]) =>
  meshtls(["check", "-", "--rule", "strict-only-collector-without-exception", ...argv], { stdin: STRICT_ONLY });

test.each([[[]], [["--collector-image", "registry.example.com/other/telemetry"]]])(
  "nobody knows that it is one: %j",
  async (argv) => {
    expect((await check(...argv)).code).toBe(0);
  },
);

test.each([["telemetry"], ["registry.example.com/obs/telemetry"]])("it is called %s", async (image) => {
  const { code, stdout } = await check("--collector-image", "another", "--collector-image", image);
  expect([code, stdout]).toEqual([1, expect.stringContaining("Deployment monitoring/telemetry accepts nothing but")]);
});
