import type { Run } from "./commands";
import { ClusterUnreachable } from "./cluster/read-cluster";
import { connect } from "./cluster/kubeconfig";
import { declaredFlows, emit } from "./input";
import { Progress, wantsColour } from "./io";
import { THRESHOLDS } from "./options";
import { EXIT } from "./threshold";
import { readAsks } from "./verify/asks";
import { observe } from "./verify/observe";
import { FORMATS, PRINTERS } from "./verify/print";
import { rowsOf } from "./verify/rows";
import { until } from "./verify/until";
import { hasPassed, summarize, verificationOf, type Verification } from "./verify/verification";

/** `meshtls verify`: what was deployed runs as it was meant to; exit 0 only when everything holds. */
export const verify: Run = async (args, io) => {
  const asks = readAsks(args);
  const flows = await declaredFlows(args);
  const threshold = THRESHOLDS.find((level) => level === args.text("fail-on")) ?? "unknown";
  const quiet = args.flag("quiet");
  const server = await connect(args.text("kubeconfig"), args.text("context"));

  const look = async (): Promise<Verification> => {
    const progress = new Progress(io.stderr, quiet);
    try {
      const asked = { ...asks, flows, now: args.date("now") ?? io.today };
      const seen = await observe(server, asked, (what) => progress.say(what));
      const notAsked = [
        ...(asks.traces === undefined ? (["traces"] as const) : []),
        ...(asks.prometheus === undefined ? (["targets"] as const) : []),
      ];
      return verificationOf(server.context, rowsOf(seen, asks), {
        notAsked,
        assumptions: seen.assessment.assumptions,
      });
    } finally {
      progress.end();
    }
  };
  // While there is time left a cluster that does not answer is only late.
  const patient = async (): Promise<Verification | ClusterUnreachable> => {
    try {
      return await look();
    } catch (error) {
      if (error instanceof ClusterUnreachable) return error;
      throw error;
    }
  };
  const willDo = (seen: Verification | ClusterUnreachable): boolean =>
    !(seen instanceof ClusterUnreachable) && hasPassed(seen, threshold);
  const last = await until(patient, willDo, asks.waitSeconds * 1000, {
    onWait: (seen, left) => {
      const what = seen instanceof ClusterUnreachable ? "the cluster does not answer" : summarize(seen);
      if (!quiet) io.stderr.write(`waiting, at most ${Math.ceil(left / 1000)} s more: ${what}\n`);
    },
  });
  if (last instanceof ClusterUnreachable) throw last;

  const format = FORMATS.find((name) => name === args.text("format")) ?? "text";
  const colour = wantsColour(io) && args.text("output") === undefined;
  emit(PRINTERS[format](last, { colour, quiet }), args, io);
  return hasPassed(last, threshold) ? EXIT.clean : EXIT.findings;
};
