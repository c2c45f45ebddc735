import { applicationBeforeProxy } from "./application-before-proxy";
import { authorizationShutsOutOtlp } from "./authorization-shuts-out-otlp";
import { breakGlassInForce } from "./break-glass-in-force";
import { clientAndCollectorDisagree } from "./client-and-collector-disagree";
import { decidingFieldUnknown } from "./deciding-field-unknown";
import { exceptionAboutToExpire } from "./exception-about-to-expire";
import { exceptionExpired } from "./exception-expired";
import { exceptionNotNeeded } from "./exception-not-needed";
import { exceptionNotRegistered } from "./exception-not-registered";
import { exceptionTooBroad } from "./exception-too-broad";
import { exceptionUngoverned } from "./exception-ungoverned";
import { exceptionWithoutEffect } from "./exception-without-effect";
import { exceptionWithoutNetworkPolicy } from "./exception-without-network-policy";
import { headlessCollector } from "./headless-collector";
import { injectionContradicted } from "./injection-contradicted";
import { meshWideTlsRule } from "./mesh-wide-tls-rule";
import { mtlsRelaxedByHand } from "./mtls-relaxed-by-hand";
import { notJudged } from "./not-judged";
import { notStrictByDefault } from "./not-strict-by-default";
import { objectWithoutEffect } from "./object-without-effect";
import { otlpPortNotCaptured } from "./otlp-port-not-captured";
import { otlpPortUndeclared } from "./otlp-port-undeclared";
import { otlpProtocolMismatch } from "./otlp-protocol-mismatch";
import { plaintextWhereMtlsWasMeant } from "./plaintext-where-mtls-was-meant";
import { probeBrokenByStrict } from "./probe-broken-by-strict";
import { proxyExporterMisconfigured } from "./proxy-exporter-misconfigured";
import type { Rule } from "./rule";
import { scrapeUnderStrict } from "./scrape-under-strict";
import { strictOnlyCollectorWithoutException } from "./strict-only-collector-without-exception";
import { unreadableObject } from "./unreadable-object";

/** Every rule, by id. An id that was ever used is never given to another rule. */
export const RULES: readonly Rule[] = [
  strictOnlyCollectorWithoutException,
  clientAndCollectorDisagree,
  exceptionExpired,
  exceptionUngoverned,
  exceptionWithoutEffect,
  meshWideTlsRule,
  decidingFieldUnknown,
  exceptionNotRegistered,
  exceptionTooBroad,
  mtlsRelaxedByHand,
  notStrictByDefault,
  injectionContradicted,
  otlpProtocolMismatch,
  authorizationShutsOutOtlp,
  unreadableObject,
  plaintextWhereMtlsWasMeant,
  objectWithoutEffect,
  exceptionAboutToExpire,
  exceptionNotNeeded,
  exceptionWithoutNetworkPolicy,
  otlpPortNotCaptured,
  otlpPortUndeclared,
  scrapeUnderStrict,
  probeBrokenByStrict,
  applicationBeforeProxy,
  headlessCollector,
  proxyExporterMisconfigured,
  notJudged,
  breakGlassInForce,
];
