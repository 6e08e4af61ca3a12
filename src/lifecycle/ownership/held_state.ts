/**
 * What this process knows of an ECS task:
 * - `starting`: a start that is under way has it;
 * - `watched`: it runs for an allocation that has shown that it has the task's handle;
 * - `unclaimed`: it is this node's, and no allocation has shown that it has the task's handle;
 * - `orphan`: it has been unclaimed for too long, and that was reported;
 * - `left`: it was left to run on, for another node to take over;
 * - `stopping`: ECS is asked to stop it, and has not acknowledged that yet;
 * - `acknowledged`: ECS has acknowledged the stop, so the task is on its way down;
 * - `done`: ECS has stopped it, or has acknowledged its stop and nothing looks after it any more;
 * - `foreign`: its tags name another node.
 */
export type HeldState =
  | "starting"
  | "watched"
  | "unclaimed"
  | "orphan"
  | "left"
  | "stopping"
  | "acknowledged"
  | "done"
  | "foreign";

/** Which state may follow which by what happens to a task. A keeper may come to a task in any state. */
export const mayBecome: Readonly<Record<HeldState, readonly HeldState[]>> = {
  starting: ["unclaimed", "stopping", "done"],
  watched: ["unclaimed", "left", "stopping", "done"],
  unclaimed: ["watched", "orphan", "left", "stopping", "done", "foreign"],
  orphan: ["watched", "unclaimed", "left", "stopping", "done", "foreign"],
  left: ["unclaimed", "stopping", "foreign"],
  stopping: ["acknowledged", "done"],
  acknowledged: ["done"],
  done: [],
  foreign: ["unclaimed"],
};

/** Whether ECS may be asked to stop a task in this state. */
export function mayBeStopped(state: HeldState): boolean {
  return mayBecome[state].includes("stopping");
}

/** Whether a task in this state may be taken over by a start: nobody has asked that it stop. */
export function mayRunOn(state: HeldState): boolean {
  switch (state) {
    case "stopping":
    case "acknowledged":
    case "done":
      return false;
    case "starting":
    case "watched":
    case "unclaimed":
    case "orphan":
    case "left":
    case "foreign":
      return true;
  }
}
