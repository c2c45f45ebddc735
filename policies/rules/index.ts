import { authorizationShutsOutOtlp } from "./authorization-shuts-out-otlp";
import { breakGlassInForce } from "./break-glass-in-force";
import { clientAndCollectorDisagree } from "./client-and-collector-disagree";
import { decidingFieldUnknown } from "./deciding-field-unknown";
import { exceptionAboutToExpire } from "./exception-about-to-expire";
import { exceptionExpired } from "./exception-expired";
import { exceptionNotRegistered } from "./exception-not-registered";
import { exceptionTooBroad } from "./exception-too-broad";
import { exceptionUngoverned } from "./exception-ungoverned";
import { exceptionWithoutEffect } from "./exception-without-effect";
import { injectionContradicted } from "./injection-contradicted";
import { meshWideTlsRule } from "./mesh-wide-tls-rule";
import { mtlsRelaxedByHand } from "./mtls-relaxed-by-hand";
import { notStrictByDefault } from "./not-strict-by-default";
import { otlpProtocolMismatch } from "./otlp-protocol-mismatch";
import type { Rule } from "./rule";
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
  exceptionAboutToExpire,
  breakGlassInForce,
];
