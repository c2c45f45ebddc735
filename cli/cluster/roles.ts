import { LIVE_KINDS } from "./kinds";

interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly why?: string;
}

/** One rule per API group, in the order of the list. */
function listRules(): Rule[] {
  const groups = [...new Set(LIVE_KINDS.map(({ group }) => group))];
  return groups.map((group) => ({
    groups: [group],
    resources: LIVE_KINDS.filter((kind) => kind.group === group).map(({ resource }) => resource),
    verbs: ["list"],
  }));
}

const RULES: readonly Rule[] = [
  ...listRules(),
  { groups: [""], resources: ["configmaps"], verbs: ["get"], why: "the content of those that something refers to" },
  {
    groups: [""],
    resources: ["pods/log"],
    verbs: ["get"],
    why: "only for `meshtls verify`; without it logs are unknown",
  },
];

const quoted = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

/** The least that `--live` and `verify` need: no Secret, no write, no exec. */
export function clusterRole(): string {
  const rules = RULES.map(({ groups, resources, verbs, why }) =>
    [
      ...(why === undefined ? [] : [`  # ${why}`]),
      `  - apiGroups: ${quoted(groups)}`,
      ...(resources.length > 4
        ? ["    resources:", ...resources.map((resource) => `      - ${resource}`)]
        : [`    resources: ${quoted(resources)}`]),
      `    verbs: ${quoted(verbs)}`,
    ].join("\n"),
  );
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: meshtls-reader
rules:
${rules.join("\n")}
`;
}
