/** What a program's configuration shares with the components: the same kinds, shapes and rules, the same words in messages. */
export * from "./arguments/kinds";
export { describeProblems, describeValue, didYouMean, problemsOf, type Problem } from "./arguments/problems";
export { together, under, type Report, type Sound } from "./arguments/together";
export { clusterSchema } from "./cluster/schema";
export { checkCollector, collectorShape } from "./collector/schema";
export { checkGoverned, governedShape } from "./exception/schema";
export { ingressShape } from "./ingress-gateway";
export { checkStrictDefaults, strictDefaultsShape } from "./istio-strict-defaults";
export { checkJavaService, javaServiceShape } from "./java/schema";
