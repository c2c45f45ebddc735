import tseslint from "typescript-eslint";

/** The arrows of docs/architecture.md: what the files of a folder may not import. */
const arrow = (files, forbidden, because) => ({
  files,
  rules: {
    "no-restricted-imports": ["error", { patterns: forbidden.map((regex) => ({ regex, message: because })) }],
  },
});

const outside = (folders) => `^(\\.\\./)+(${folders})(/|$)`;

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".rehearsal/**", "coverage/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    rules: {
      eqeqeq: ["error", "always"],
      "no-console": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
    },
  },
  { files: ["**/*.js"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  arrow(
    ["policies/mtls/**/*.ts"],
    [
      "^@pulumi/",
      "^node:",
      "^(fs|path|os|crypto|util)$",
      "^zod$",
      outside("infra|components|cli|lab|tests|scripts|rules"),
      "(^|/)stack$",
    ],
    "policies/mtls is pure: it imports only itself and one YAML parser",
  ),
  arrow(
    ["policies/rules/**/*.ts"],
    ["^@pulumi/", "^node:", outside("infra|components|cli|lab|tests|scripts"), "(^|/)stack$"],
    "a rule is data and one pure function over policies/mtls",
  ),
  arrow(["policies/*.ts"], [outside("infra|components|cli|lab|tests|scripts")], "the pack travels alone"),
  arrow(
    ["components/**/*.ts"],
    [outside("infra|cli|lab|tests|scripts"), "policies/(?!mtls(/|$))"],
    "components import only policies/mtls",
  ),
  arrow(["infra/**/*.ts"], [outside("policies|cli|lab|tests|scripts")], "infra composes components"),
  arrow(
    ["cli/**/*.ts"],
    ["^@pulumi/", outside("infra|components|lab|tests|scripts")],
    "the command imports policies/{stack,rules,mtls} and nothing of Pulumi",
  ),
);
