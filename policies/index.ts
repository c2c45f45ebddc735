import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./crossguard/policies";
import { unpackOnce } from "./crossguard/unpack-once";
import { RULES } from "./rules";

unpackOnce();

new PolicyPack("meshtls", {
  displayName: "meshtls: Istio mTLS and OpenTelemetry",
  description: "Blocks every way in which a client and an OpenTelemetry collector can disagree about Istio mTLS.",
  policies: policiesOf(RULES, () => new Date()),
});
