import { isUnknown, UNKNOWN, type Known } from "../known";
import type { Labels, Workload } from "../mesh";

/** A label or annotation; `undefined` when it is absent. */
export const valueOf = (labels: Known<Labels>, key: string): Known<string | undefined> =>
  isUnknown(labels) ? UNKNOWN : labels[key];

const SPEC = "spec";

/** Path of the pods' metadata: it stands beside their spec. */
export const podMetadata = ({ podPath }: Workload): string =>
  podPath.endsWith(SPEC) ? `${podPath.slice(0, -SPEC.length)}metadata` : podPath;
