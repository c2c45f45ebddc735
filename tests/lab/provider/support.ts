import { type Settings } from "../../../lab/provider/settings";

/** A provider that renders, with every option at its default. */
export const settings = (given: Partial<Settings> = {}): Settings => ({
  directory: "/manifests",
  namespace: "default",
  serverSideApply: true,
  configMapMutable: false,
  secretMutable: false,
  upsertExisting: false,
  alwaysRender: false,
  ...given,
});

export const urnOf = (token: string, name: string): string =>
  `urn:pulumi:staging::test::pulumi:pulumi:Stack$acme:index:Part$${token}::${name}`;
