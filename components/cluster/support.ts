import { daysUntil, isExpired, type IsoDate } from "../../policies/mtls/clock";

/**
 * When EKS stops supporting a Kubernetes version: at the end of standard support it starts to cost more, at the end of extended
 * support the cluster is upgraded by force. https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
const CALENDAR: Readonly<Record<string, { readonly standard: IsoDate; readonly extended: IsoDate }>> = {
  "1.31": { standard: "2025-11-26", extended: "2026-11-26" },
  "1.32": { standard: "2026-03-23", extended: "2027-03-23" },
  "1.33": { standard: "2026-07-29", extended: "2027-07-29" },
  "1.34": { standard: "2026-12-02", extended: "2027-12-02" },
  "1.35": { standard: "2027-03-27", extended: "2028-03-27" },
};

/** Days of notice that an upgrade needs. */
const NOTICE = 90;

/** What to tell about a version on the day `now`; `undefined` while it has more than 90 days of standard support left. */
export function supportWarning(version: string, now: IsoDate): string | undefined {
  const support = CALENDAR[version];
  if (support === undefined)
    return `Kubernetes ${version} is not in this program's EKS support calendar (${Object.keys(CALENDAR).join(", ")}).`;
  if (isExpired(support.extended, now))
    return `Kubernetes ${version} left extended support of EKS on ${support.extended}: AWS upgrades the cluster by force.`;
  if (isExpired(support.standard, now))
    return `Kubernetes ${version} is in paid extended support of EKS until ${support.extended}; upgrade before.`;
  const left = daysUntil(support.standard, now);
  return left > NOTICE
    ? undefined
    : `Standard support of EKS for Kubernetes ${version} ends on ${support.standard}, in ${left} days; ` +
        `extended support costs extra and ends on ${support.extended}.`;
}
