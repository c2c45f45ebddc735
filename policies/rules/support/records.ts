import { EXCEPTION_PREFIX, isExceptionRecord, readExceptionRecord, type ExceptionRecord } from "../../mtls/exception";
import type { Mesh } from "../../mtls/mesh";
import type { Finding } from "../rule";

/** Every record of an exception in the mesh, however badly written. */
export const recordsOf = (mesh: Mesh): readonly ExceptionRecord[] =>
  mesh.configMaps.filter(isExceptionRecord).map(readExceptionRecord);

/** `metadata.annotations.meshtls.dev/<field>` */
export const annotationPath = (field: string): string => `metadata.annotations.${EXCEPTION_PREFIX}${field}`;

/** A finding on one field of an exception's record. */
export const onRecord = ({ configMap }: ExceptionRecord, field: string, message: string): Finding => ({
  on: configMap.ref,
  path: annotationPath(field),
  message,
  ...(configMap.source === undefined ? {} : { source: configMap.source }),
});

/** `Exception monitoring/otel-collector` */
export const describeException = (record: ExceptionRecord): string =>
  `Exception ${record.configMap.ref.namespace}/${record.contract?.name ?? record.configMap.ref.name}`;
