import { PolicyPack } from "@pulumi/policy";
import { keepPropertiesEncoded } from "./crossguard/encoded";
import { policiesOf } from "./crossguard/policies";
import { secretsSeen } from "./crossguard/secrets";
import { unpackOnce } from "./crossguard/unpack";
import { RULES } from "./rules";

const secrets = secretsSeen();
unpackOnce(secrets, keepPropertiesEncoded());

new PolicyPack("meshtls", {
  displayName: "meshtls: Istio mTLS and OpenTelemetry",
  description: "Blocks every way in which a client and an OpenTelemetry collector can disagree about Istio mTLS.",
  policies: policiesOf(RULES, { clock: () => new Date(), hide: secrets.hide }),
});
