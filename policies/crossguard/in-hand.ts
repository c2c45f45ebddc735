/**
 * What the first policy of the pack found out about the requests that are being answered. The SDK hands every policy of a pack the
 * resources of a request anew, which costs more than all rules together; a policy that has nothing to say is spared it.
 */
export interface InHand {
  /** A request is being answered, and these policies have something to say of it. */
  begin(speakers: ReadonlySet<string>): void;
  /** Whether a policy has nothing to say of any request at hand; false as long as nobody knows. */
  isSilent(policy: string): boolean;
}

/**
 * The SDK goes from one policy of a request to the next by promises alone, so a request is done when no promise is left to run. Several
 * requests can begin before that: a policy that has something to say of one of them is asked about all.
 */
export function requestsInHand(): InHand {
  const requests = new Set<ReadonlySet<string>>();
  return {
    begin: (speakers) => {
      const request = new Set(speakers);
      requests.add(request);
      // A tick that is asked for in a promise comes after every promise.
      queueMicrotask(() => process.nextTick(() => requests.delete(request)));
    },
    isSilent: (policy) => requests.size > 0 && [...requests].every((speakers) => !speakers.has(policy)),
  };
}
