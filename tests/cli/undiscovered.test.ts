import type { Report } from "../../cli/report";
import { meshtls } from "./support/meshtls";

/** A client whose endpoint stands in a Secret: nobody can tell where it sends. */
const client = (namespace: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec:
      containers:
        - name: orders
          image: example.com/orders:1
          env:
            - name: OTEL_EXPORTER_OTLP_ENDPOINT
              valueFrom:
                secretKeyRef: { name: telemetry, key: endpoint }
`;

const check = (text: string, ...argv: readonly string[]) => meshtls(["check", "-", ...argv], { stdin: text });

const report = async (text: string, ...argv: readonly string[]): Promise<Report> =>
  JSON.parse((await check(text, "--format", "json", ...argv)).stdout) as Report;

test("it is listed with its place and the reason, and counted as unknown", async () => {
  const { undecided, summary } = await report(client("shop"));
  expect(undecided).toEqual([
    {
      object: "Deployment shop/orders",
      path: "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef",
      location: { file: "<stdin>", line: 15 },
      message: expect.stringMatching(/^where this connects to could not be determined: .*telemetry/) as unknown,
    },
  ]);
  expect(summary).toMatchObject({ flows: 0, unknown: 1 });
});

test.each(["text", "markdown", "github", "junit", "html"])("%s says so", async (format) => {
  const { stdout } = await check(client("shop"), "--format", format);
  expect(stdout).toContain("could not be determined");
});

test.each([
  ["error", 0],
  ["unknown", 1],
])("it is no pass with --fail-on %s: %d", async (level, code) => {
  expect((await check(client("shop"), "--fail-on", level)).code).toBe(code);
});

test("of other namespaces it is not told when one is asked for", async () => {
  const both = `${client("shop")}---${client("bank")}`;
  expect((await report(both)).undecided).toHaveLength(2);
  expect((await report(both, "--namespace", "bank")).undecided).toMatchObject([{ object: "Deployment bank/orders" }]);
});
