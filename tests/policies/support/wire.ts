import {
  AnalyzeRequest,
  AnalyzerProviderResource,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  type AnalyzeResponse,
  EnforcementLevel,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** What the engine and a pack say to each other. */

export interface Diagnostic {
  readonly policy: string;
  readonly level: "advisory" | "mandatory" | "other";
  readonly urn: string;
  readonly message: string;
}

/** A resource as the engine describes it. */
export interface SentResource {
  readonly type: string;
  readonly name: string;
  readonly props: object;
  readonly parent?: string;
  /** The provider that makes it. */
  readonly provider?: { readonly name: string; readonly props: object };
}

export const urnOf = ({ type, name }: Pick<SentResource, "type" | "name">): string =>
  `urn:pulumi:staging::shop::${type}::${name}`;

export const struct = (value: object): Struct => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

function options({ parent }: SentResource): AnalyzerResourceOptions {
  const message = new AnalyzerResourceOptions();
  if (parent !== undefined) message.setParent(parent);
  return message;
}

function providerOf({ provider }: SentResource): AnalyzerProviderResource | undefined {
  if (provider === undefined) return undefined;
  const message = new AnalyzerProviderResource();
  message.setType("pulumi:providers:kubernetes");
  message.setName(provider.name);
  message.setUrn(urnOf({ type: "pulumi:providers:kubernetes", name: provider.name }));
  message.setProperties(struct(provider.props));
  return message;
}

export function analyzeRequest(resource: SentResource): AnalyzeRequest {
  const request = new AnalyzeRequest();
  request.setType(resource.type);
  request.setName(resource.name);
  request.setUrn(urnOf(resource));
  request.setProperties(struct(resource.props));
  request.setOptions(options(resource));
  request.setProvider(providerOf(resource));
  return request;
}

export function stackRequest(resources: readonly SentResource[]): AnalyzeStackRequest {
  const request = new AnalyzeStackRequest();
  request.setResourcesList(
    resources.map((resource) => {
      const message = new AnalyzerResource();
      message.setType(resource.type);
      message.setName(resource.name);
      message.setUrn(urnOf(resource));
      message.setProperties(struct(resource.props));
      message.setOptions(options(resource));
      message.setProvider(providerOf(resource));
      if (resource.parent !== undefined) message.setParent(resource.parent);
      return message;
    }),
  );
  return request;
}

const LEVELS: Readonly<Record<number, Diagnostic["level"]>> = {
  [EnforcementLevel.ADVISORY]: "advisory",
  [EnforcementLevel.MANDATORY]: "mandatory",
};

export const diagnosticsOf = (response: AnalyzeResponse): readonly Diagnostic[] =>
  response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: LEVELS[diagnostic.getEnforcementlevel()] ?? "other",
    urn: diagnostic.getUrn(),
    message: diagnostic.getMessage(),
  }));
