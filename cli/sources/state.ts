import {
  isBag,
  isResource,
  providersOf,
  read,
  readJson,
  refuse,
  stackResource,
  type Bag,
  type PulumiDocument,
} from "./pulumi";

export const readStateFile = (file: string, bytes: Buffer): PulumiDocument => readJson(file, bytes, readState);

const HOW = "give the output of: pulumi stack export";

/**
 * Objects of a `pulumi stack export` (deployment version 3 or 4, or a checkpoint's `latest`). What the provider reported back is read where it is a
 * whole object, else what the program asked for. Resources that are only waiting to be deleted are left out.
 */
export function readState(file: string, document: unknown): PulumiDocument {
  if (!isBag(document)) return refuse(file, `is no exported stack; ${HOW}`);
  const { version, deployment } = document;
  if (version !== 3 && version !== 4)
    return refuse(file, `is no exported stack of version 3 or 4 (version: ${JSON.stringify(version)}); ${HOW}`);
  if (!isBag(deployment)) return refuse(file, `has no deployment; ${HOW}`);
  const resources = deployment["resources"] ?? [];
  if (!Array.isArray(resources)) return refuse(file, "deployment.resources is no list");
  const broken = resources.flatMap((resource: unknown, index) =>
    isResource(resource) ? [] : [`deployment.resources[${index}] has no urn and type`],
  );
  if (broken.length > 0) return refuse(file, ...broken);
  const live = resources.filter(isResource).filter((resource) => resource["delete"] !== true);
  const providers = providersOf(live);
  return read(live.map((resource) => stackResource(resource, propertiesOf(resource), providers)));
}

function propertiesOf({ inputs, outputs }: Bag): unknown {
  return isBag(outputs) && "kind" in outputs ? outputs : (inputs ?? outputs);
}
