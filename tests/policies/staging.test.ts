import * as pulumi from "@pulumi/pulumi";
import { setClock } from "../../components/index";
import program from "../../infra/index";
import { addDays, toIsoDate } from "../../policies/mtls/clock";
import { asStackConfig, stagingValues } from "../infra/support/staging";
import { registeredBy, UNKNOWN, type Registered } from "../support/mocks";
import { publishedPack } from "./support/published-pack";
import { UNKNOWN_STRING } from "./support/unknown";
import type { SentResource } from "./support/wire";

/** The staging program before the pack, over gRPC, as in the first preview of it: nothing to refuse, and nothing to warn of. */

const pack = publishedPack();
let staging: readonly SentResource[];

/** As a preview sends it: fields that only the API server sets are there and unknown, and so is what the program does not know. */
function inFirstPreview({ type, name, inputs }: Registered): SentResource {
  const known = JSON.parse(JSON.stringify(inputs).replaceAll(JSON.stringify(UNKNOWN), JSON.stringify(UNKNOWN_STRING)));
  const { metadata, spec, ...rest } = known as { metadata?: object; spec?: object };
  if (!type.startsWith("kubernetes:")) return { type, name, props: known as object };
  const clusterIP = { clusterIP: UNKNOWN_STRING, clusterIPs: UNKNOWN_STRING, ipFamilies: UNKNOWN_STRING };
  return {
    type,
    name,
    props: {
      ...rest,
      status: UNKNOWN_STRING,
      metadata: {
        ...metadata,
        uid: UNKNOWN_STRING,
        resourceVersion: UNKNOWN_STRING,
        generation: UNKNOWN_STRING,
        managedFields: UNKNOWN_STRING,
        creationTimestamp: UNKNOWN_STRING,
      },
      ...(spec === undefined ? {} : { spec: type.endsWith(":Service") ? { ...clusterIP, ...spec } : spec }),
    },
  };
}

beforeAll(async () => {
  const { exceptions, ...values } = stagingValues();
  // A running pack judges by the real day.
  const renewed = (exceptions as unknown as readonly object[]).map((exception) => ({
    ...exception,
    expires: addDays(toIsoDate(new Date()), 30),
  }));
  setClock(() => new Date());
  jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const config = asStackConfig({ ...values, exceptions: renewed });
  staging = (await registeredBy(() => program(), { preview: true, config })).map(inFirstPreview);
});

test("no resource of it is told anything, nor is the stack", async () => {
  expect(staging.length).toBeGreaterThan(40);
  const alone = await Promise.all(staging.map((resource) => pack.served.resource(resource)));
  expect([...alone.flat(), ...(await pack.served.stack(staging))]).toEqual([]);
});

test("and without its exception the collector is refused: it was looked at", async () => {
  const isException = ({ props }: SentResource): boolean => JSON.stringify(props).includes("meshtls.dev/exception");
  const found = await pack.served.stack(staging.filter((resource) => !isException(resource)));
  expect(found.filter(({ level }) => level === "mandatory").length).toBeGreaterThan(0);
});
