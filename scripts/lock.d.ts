/**
 * Runs `work` while holding the lock folder `lock`; waits for another holder, and takes over from one that died.
 * `onWait` is called once, with the holder's process id, when there is something to wait for.
 */
export function withLock<T>(lock: string, work: () => Promise<T>, onWait?: (pid: number) => void): Promise<T>;
