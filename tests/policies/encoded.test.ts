import { AnalyzeRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { keepPropertiesEncoded, knownLibrary } from "../../policies/crossguard/encoded";
import { analyzeRequest } from "./support/wire";

/** The SDK's messages answer as before, whoever asks for what and in whichever order. */

const props = { metadata: { name: "a", labels: {} }, ports: [4317, { tls: null }], on: true, text: "ä€𝄞" };
const sent = analyzeRequest({ type: "a:b:C", name: "name", props, parent: "urn" }).serializeBinary();
const asTheLibraryReads = AnalyzeRequest.deserializeBinary(sent).toObject();
const { bytesOf } = keepPropertiesEncoded();

const received = () => {
  const request = AnalyzeRequest.deserializeBinary(sent);
  const properties = request.getProperties();
  if (properties === undefined) throw new Error("properties were sent, and none received");
  return { request, properties };
};

test("plain values", () => {
  const { properties } = received();
  expect(properties.toJavaScript()).toEqual(props);
  expect(bytesOf(properties)?.length).toBeGreaterThan(0);
});

test("what stands beside the properties", () => {
  const { request } = received();
  expect([request.getType(), request.getName(), request.getOptions()?.getParent()]).toEqual(["a:b:C", "name", "urn"]);
});

test("the library's own objects", () => {
  const { request, properties } = received();
  expect(properties.getFieldsMap().get("text")?.getStringValue()).toBe("ä€𝄞");
  expect(bytesOf(properties)).toBeUndefined();
  expect(properties.toJavaScript()).toEqual(props);
  expect(request.toObject()).toEqual(asTheLibraryReads);
});

test("as it came, sent on", () => {
  expect(Buffer.from(received().request.serializeBinary())).toEqual(Buffer.from(sent));
});

test("one inside another", () => {
  const { properties } = received();
  const metadata = properties.getFieldsMap().get("metadata")?.getStructValue();
  expect(metadata?.toJavaScript()).toEqual(props.metadata);
  expect(metadata?.getFieldsMap().get("name")?.getStringValue()).toBe("a");
});

test("a library that is not the known one is left alone", () => {
  const deserializeBinaryFromReader = jest.fn();
  const unlike = { Struct: { prototype: {}, deserializeBinaryFromReader }, BinaryReader: class {} };
  expect(knownLibrary(() => unlike)).toBeUndefined();
  expect(
    knownLibrary(() => {
      throw new Error("Cannot find module");
    }),
  ).toBeUndefined();
  expect(knownLibrary()).toBeDefined();
});
