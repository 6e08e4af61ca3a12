import { EcsError } from "../../../src/aws/error.ts";
import { type AwsOperations, operations } from "../../../src/aws/operations.ts";
import { answering } from "../../harness/world.ts";
import type { Chances } from "../random.ts";
import { never, type Process, type VirtualTime } from "../virtual_time.ts";

/** The calls that go wrong: all by which a start may run, miss or leave an ECS task. */
const struck = ["runTask", "listTasks", "stopTask", "tagResource"] as const;
type Struck = typeof struck[number];

/** How calls go wrong for a while, each by its own probability: an outage seldom hits all of them alike. */
export type Faults = {
  /** Requests that do not reach ECS, and answers that do not come back from it. */
  readonly lost: Readonly<Record<Struck, { readonly request: number; readonly answer: number }>>;
  /** Answers to RunTask that come late. */
  readonly late: number;
};

const none = { request: 0, answer: 0 };
/** All goes well. */
export const calm: Faults = {
  lost: { runTask: none, listTasks: none, stopTask: none, tagResource: none },
  late: 0,
};

/** Milliseconds by which an answer is late. */
const lateness = { least: 100, most: 20_000 };

/** Draws how calls go wrong during one start. */
export function drawFaults(chances: Chances): Faults {
  const rate = () => chances.pick([0, 0.5, 1]) ?? 0;
  const sometimes = () => chances.pick([0, 0.5]) ?? 0;
  const alike = (both: number) => ({ request: both, answer: both });
  return {
    lost: {
      runTask: { request: rate(), answer: rate() },
      // A search that never ends would keep each start from what it may do wrong.
      listTasks: { request: sometimes(), answer: 0 },
      stopTask: alike(rate()),
      tagResource: alike(rate()),
    },
    late: sometimes(),
  };
}

/** The operations with the faults of the moment between them and ECS. */
export function withFaults(
  real: AwsOperations,
  { process, faults, chances, time, note }: {
    process: Process;
    faults: () => Faults;
    chances: Chances;
    time: () => VirtualTime;
    note: (text: string) => void;
  },
): AwsOperations {
  const strike = <N extends Struck>(name: N) =>
    answering(name, async (input, signal, reach) => {
      const { command } = operations[name];
      const unanswered = () => new EcsError("unavailable", command, "no answer");
      const { lost, late } = faults();
      if (chances.happens(lost[name].request)) throw unanswered();
      const answer = await reach(input, signal);
      const isLost = chances.happens(lost[name].answer);
      note(`ECS has done ${command}${subjectOf(input)}${isLost ? ", and its answer is lost" : ""}`);
      if (name === "runTask" && chances.happens(late)) {
        await time().until(time().now() + chances.between(lateness.least, lateness.most));
        if (!process.alive) await never();
      }
      if (isLost) throw unanswered();
      return answer;
    });
  return struck.reduce((within, name) => strike(name)(within), real);
}

/** Of which run or ECS task a request is, for the trace. */
function subjectOf(input: object): string {
  if ("clientToken" in input) return ` of token ${String(input.clientToken).slice(0, 6)}`;
  return "task" in input ? ` of ${shortName(String(input.task))}` : "";
}

/** The first letters of an ECS task's id. */
export function shortName(arn: string): string {
  return arn.slice(-32, -26);
}
