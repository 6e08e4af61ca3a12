import type { Clock } from "../../clock.ts";
import type { RemoteTask } from "./remote_task.ts";
import type { RemoteState } from "./tracking.ts";

/** What can be waited for. */
type Listened = Pick<RemoteTask, "state" | "listen">;

/** Resolves with the first state that satisfies `wanted`; rejects with the signal's reason. */
export function until(
  task: Listened,
  wanted: (state: RemoteState) => boolean,
  signal: AbortSignal,
): Promise<RemoteState> {
  return new Promise((resolve, reject) => {
    if (wanted(task.state())) return resolve(task.state());
    if (signal.aborted) return reject(signal.reason);
    const leave = () => {
      forget();
      reject(signal.reason);
    };
    const forget = task.listen((state) => {
      if (!wanted(state)) return;
      forget();
      signal.removeEventListener("abort", leave);
      resolve(state);
    });
    signal.addEventListener("abort", leave, { once: true });
  });
}

/** Resolves when the task has ended, or after `timeout` milliseconds. */
export async function untilEnded(task: Listened, timeout: number, clock: Clock): Promise<void> {
  if (task.state().kind === "ended") return;
  const ended = new AbortController();
  const forget = task.listen((state) => {
    if (state.kind === "ended") ended.abort();
  });
  await clock.sleep(timeout, ended.signal);
  forget();
}
