import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { isIsoDate, type IsoDate } from "../../policies/mtls/clock";
import { didYouMean } from "./problems";

/**
 * The kinds of values that arguments and configuration are made of. A kind is a test and, in words, what it allows: that is all a
 * message needs (`is 70000; a port number from 1 to 65535`).
 */

type Test<T> = (value: unknown) => value is T;

/** `sensitive` values are never shown in messages. */
const kind = <T>(allowed: string, test: Test<T>, sensitive = false) =>
  // Without abort: false one wrong field would keep the rules between fields (`together.ts`) from running.
  z.custom<T>(test, { error: allowed, params: { sensitive }, abort: false });

const matching =
  (pattern: RegExp, longest = Infinity): Test<string> =>
  (value): value is string =>
    typeof value === "string" && value.length <= longest && pattern.test(value);

const whole =
  (least: number, most: number): Test<number> =>
  (value): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const isText: Test<string> = (value): value is string => typeof value === "string" && value.trim() !== "";

/** RFC 1123 label, the name of a namespace, Service or workload. */
export const dnsLabel = kind<string>(
  'a name of lower-case letters, digits and "-", at most 63 characters',
  matching(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 63),
);

/** Host name, with an optional leading wildcard label. */
export const hostname = kind<string>(
  "a host name such as shop.example.com",
  matching(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 253),
);

/** Host of a DestinationRule: a name or a wildcard. */
export const ruleHost = kind<string>(
  "a host name, * or a wildcard such as *.example.com",
  matching(/^(\*|(\*\.)?[a-z0-9.-]+)$/),
);

export const text = kind<string>("a text that is not empty", isText);

export const port = kind<number>("a port number from 1 to 65535", whole(1, 65535));

export const wholeNumber = (least: number, most: number) =>
  kind<number>(`a whole number from ${least} to ${most}`, whole(least, most));

export const fraction = kind<number>(
  "a number from 0 to 1",
  (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
);

export const flag = kind<boolean>("true or false", (value): value is boolean => typeof value === "boolean");

export const oneOf = <const T extends string>(...options: readonly T[]) =>
  kind<T>(`one of ${options.join(", ")}`, (value): value is T => options.some((option) => option === value));

/** UTC date. Whether it is past is for the field to say. */
export const isoDate = kind<IsoDate>('a date in quotes, "YYYY-MM-DD"', isIsoDate);

const isCidr: Test<string> = (value): value is string => {
  const parts =
    typeof value === "string" ? /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(value) : null;
  return parts !== null && parts.slice(1, 5).every((octet) => Number(octet) <= 255) && Number(parts[5]) <= 32;
};

export const cidr = kind<string>("an IPv4 range such as 10.20.0.0/24", isCidr);

/** Kubernetes quantity for CPU or memory. */
export const quantity = kind<string>(
  'a quantity in quotes, such as "250m" or "512Mi"',
  matching(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/),
);

/** Memory in binary units, so that limits can be computed from it. */
export const memory = kind<string>('a memory size in quotes, such as "512Mi" or "2Gi"', matching(/^\d+(Mi|Gi)$/));

export const version = kind<string>('a version in quotes, such as "2.31.0"', matching(/^\d+\.\d+\.\d+$/));

export const minorVersion = kind<string>('a version in quotes, such as "1.34"', matching(/^\d+\.\d+$/));

export const digest = kind<string>(
  "an image digest: sha256: and 64 hexadecimal digits",
  matching(/^sha256:[0-9a-f]{64}$/),
);

/** Where a gRPC exporter sends. */
export const hostPort = kind<string>(
  "a host and a port, such as tempo.monitoring.svc.cluster.local:4317",
  matching(/^[\w.-]+:\d{1,5}$/),
);

export const httpUrl = kind<string>(
  "an http:// or https:// address without query",
  matching(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/),
);

/** With a digest the tag is only a comment: the digest decides what runs. */
export const image = kind<string>(
  "an image reference such as registry.example.com/shop/order-core:1.4.2, with a tag or a digest",
  matching(/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w][\w.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/),
);

export const imageRepository = kind<string>(
  "an image repository without tag, such as ghcr.io/owner/name",
  matching(/^[\w.-]+(:\d+)?(\/[\w.-]+)+$/),
);

export const httpPath = kind<string>("a path that starts with /", matching(/^\/\S*$/));

/** Value of a label or its key; empty values are legal in Kubernetes but select nothing in particular. */
export const labels = z.record(
  z.string(),
  kind<string>("a label value", matching(/^[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/, 63)),
);

const isDeferred = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

/** A leaf that may be an output: checked now when it is a plain value, left to the cluster when it is decided later. */
export const inputOf = <T>(plain: z.ZodType<T>) =>
  z.custom<pulumi.Input<T>>((value) => isDeferred(value) || plain.safeParse(value).success, {
    error: (issue) => plain.safeParse(issue.input).error?.issues[0]?.message,
    abort: false,
  });

/** Credentials: taken as they are, never shown. */
export const secretText = kind<pulumi.Input<string>>(
  "a text",
  (value): value is pulumi.Input<string> => isDeferred(value) || isText(value),
  true,
);

/** An object with exactly these fields; an unknown one is reported with the name that was probably meant. */
export const fields = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      const known = Object.keys(shape);
      const [guess] = (issue["keys"] as string[]).flatMap((key) => didYouMean(key, known) ?? []);
      return guess === undefined ? `known here are ${known.join(", ")}` : `did you mean ${guess}?`;
    },
  });

/** Environment variables. */
export const variables = z.record(
  z.string(),
  inputOf(kind<string>("a text, in quotes", (value): value is string => typeof value === "string")),
);
