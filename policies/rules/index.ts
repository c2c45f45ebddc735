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
import { notStrictByDefault } from "./not-strict-by-default";
import type { Rule } from "./rule";
import { strictOnlyCollectorWithoutException } from "./strict-only-collector-without-exception";

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
  notStrictByDefault,
  injectionContradicted,
  authorizationShutsOutOtlp,
  exceptionAboutToExpire,
  breakGlassInForce,
];
