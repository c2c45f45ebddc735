import { pick, type Draw } from "./draw";

const FIELDS = ["selector", "template", "strategy", "resources", "affinity", "tolerations", "storage", "monitoring"];

/** A sentence wrapped over two lines, as the generators of definitions print it. */
const described = (indent: string, subject: string): string =>
  [
    `${indent}description: |-`,
    `${indent}  ${subject} describes how the controller treats this part of the object, and what it does`,
    `${indent}  when it is not given. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/`,
  ].join("\n");

const wrapped = (indent: string, subject: string): string =>
  [
    `${indent}description: ${subject} is the name of the object that is referred to by`,
    `${indent}  this field; it must be in the same namespace`,
  ].join("\n");

function properties(indent: string, depth: number, draw: Draw): string {
  return FIELDS.map((field) => {
    const below = `${indent}  `;
    const description = draw(8) === 0 ? wrapped(below, field) : described(below, field);
    if (depth > 0)
      return `${indent}${field}:\n${description}\n${below}properties:\n${properties(`${below}  `, depth - 1, draw)}\n${below}type: object`;
    const type = pick(draw, "string", "integer", "boolean");
    const extra = type === "integer" ? `\n${below}format: int32\n${below}minimum: 0` : "";
    return `${indent}${field}:\n${description}${extra}\n${below}type: ${type}`;
  }).join("\n");
}

/** The definition of a custom resource, of some 100 KB: most of it is text for people. */
export const customResource = (name: string, draw: Draw): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    controller-gen.kubebuilder.io/version: v0.16.5
  name: ${name}s.platform.example.com
spec:
  group: platform.example.com
  names:
    kind: ${name.replace(/^./, (first) => first.toUpperCase())}
    listKind: ${name.replace(/^./, (first) => first.toUpperCase())}List
    plural: ${name}s
    singular: ${name}
  scope: Namespaced
  versions:
    - additionalPrinterColumns:
        - jsonPath: .metadata.creationTimestamp
          name: Age
          type: date
      name: v1
      schema:
        openAPIV3Schema:
          properties:
            spec:
              properties:
${properties("                ", 2, draw)}
              type: object
          type: object
      served: true
      storage: true
      subresources:
        status: {}
`;
