import { reasonsOf } from "./because";
import type { Reason, ServerAnswer, Undecided } from "./flow";
import type { Traced } from "./meeting";
import type { MeshIndex } from "./mesh-index";
import { describeRef } from "./objects";
import { dataPlane } from "./server/injection";
import { effectivePeerAuthentication } from "./server/peer-authentication";
import { worstOutcome, type Outcome } from "./vocabulary";

/** The servers that one way leads to, and what there is to say of them whoever asks: clients that share them share that too. */
export class Servers {
  /** Each once: what several ways lead to alike is one answer. */
  readonly traced: readonly Traced[];
  readonly answers: readonly ServerAnswer[];
  /** The worst of theirs. */
  readonly outcome: Outcome;
  /** The first that ends so. */
  readonly deciding: Traced | undefined;
  private told: readonly Reason[] | undefined;
  private assumed: readonly string[] | undefined;

  /** Fields that would tell more. */
  readonly undecided: readonly Undecided[];

  /** @param reached at least one */
  constructor(reached: readonly Traced[]) {
    this.traced = distinct(reached);
    this.undecided = reached.flatMap(({ undecided }) => undecided);
    this.answers = this.traced.map(({ answer }) => answer);
    this.outcome = worstOutcome(this.answers.map(({ outcome }) => outcome));
    this.deciding = this.ending(this.outcome);
  }

  /** The first with an outcome. */
  ending(outcome: Outcome): Traced | undefined {
    return this.traced.find(({ answer }) => answer.outcome === outcome);
  }

  /** Why one of them answers as it does, the client's own part left out. */
  because(traced: Traced): readonly Reason[] {
    if (traced !== this.deciding) return reasonsOf(traced);
    return (this.told ??= reasonsOf(traced));
  }

  /** What had to be taken for granted of them. */
  assumptions(index: MeshIndex): readonly string[] {
    return (this.assumed ??= [...new Set(this.traced.flatMap((server) => assumptionsOf(index, server)))]);
  }
}

const distinct = (servers: readonly Traced[]): readonly Traced[] =>
  servers.length < 2
    ? servers
    : [...new Map(servers.map((server) => [JSON.stringify(server.answer), server])).values()];

function assumptionsOf(index: MeshIndex, { answer, assumption }: Traced): readonly string[] {
  const stated = assumption === undefined ? [] : [assumption];
  const workload = answer.workload === null ? undefined : index.workload(answer.workload);
  if (workload === undefined) return stated;
  const ordered = effectivePeerAuthentication(index, workload).orderDependent
    ? [`PeerAuthentications of ${describeRef(workload.ref)} that are equally old are ordered by name`]
    : [];
  return [...stated, ...dataPlane(index, workload).assumptions, ...ordered];
}
