import { assertEquals, assertStringIncludes } from "@std/assert";
import { EcsError, type EcsErrorKind } from "../../../src/aws/error.ts";
import { shortestInterval } from "../../../src/logs/read_intervals.ts";
import type { Trouble } from "../../../src/logs/stream.ts";
import { quietTime } from "../../../src/logs/end_of_log.ts";
import { troubleText, unreadText } from "../../../src/logs/trouble_text.ts";
import { followed, sourceOf } from "../../harness/logs_world.ts";

function trouble(kind: Trouble["kind"], of: EcsErrorKind = "rejected"): Trouble {
  return { kind, error: new EcsError(of, "CloudWatch Logs FilterLogEvents app", "no") };
}

Deno.test("each reason is told with the log group and what to do", () => {
  const source = sourceOf("web/side/1", { label: "side" });
  const cases: [Trouble, string][] = [
    [trouble("no group"), "there is no log group g in us-east-1. Create it, or set"],
    [trouble("no stream"), "has no stream web/side/1"],
    [trouble("refused", "denied"), "needs logs:FilterLogEvents for log group g"],
    [trouble("outage"), "nomad alloc logs is behind: CloudWatch Logs FilterLogEvents app: no"],
  ];
  for (const [one, text] of cases) {
    assertStringIncludes(troubleText(one, source, "us-east-1"), text);
  }
  assertStringIncludes(
    troubleText(trouble("no group"), source, "us-east-1"),
    "nothing of container side:",
  );
  assertStringIncludes(
    troubleText(trouble("no group"), sourceOf("a"), undefined),
    "of the main container:",
  );
});

Deno.test("a stream in another region than the task's that is not answered for names the option to mend", () => {
  const wrong = sourceOf("web/app/1", { region: "us-esat-1" });
  assertEquals(
    troubleText(trouble("outage"), wrong, "us-east-1"),
    "nomad alloc logs is behind: CloudWatch Logs FilterLogEvents app: no. awslogs-region in the log " +
      'configuration of the main container is "us-esat-1", and the ECS task is in "us-east-1". If the log ' +
      'group is there too, set awslogs-region to "us-east-1"',
  );
  for (const region of ["us-esat-1", undefined]) {
    const text = troubleText(trouble("outage"), wrong, region);
    assertEquals(text.includes("awslogs-region"), false, "the option is none of the reasons");
  }
});

Deno.test("a log whose end was not read says so, and one that was read does not", () => {
  const { stream } = followed("app");
  assertStringIncludes(unreadText(stream, 10) ?? "", "not read in time");
  assertStringIncludes(unreadText({ ...stream, trouble: trouble("outage") }, 10) ?? "", "no");
  const lateEnough = 10 + quietTime - shortestInterval;
  assertEquals(unreadText({ ...stream, readAt: lateEnough }, 10), undefined);
  const early = unreadText({ ...stream, readAt: lateEnough - 1 }, 10);
  assertStringIncludes(early ?? "", "not read in time", "the last lines may come later");
  const failed = (readAt: number) =>
    unreadText({ ...stream, readAt, trouble: trouble("outage") }, 10);
  assertStringIncludes(failed(lateEnough - 1) ?? "", "was not read");
  assertEquals(failed(lateEnough), undefined, "only the last call failed");
  assertEquals(unreadText({ ...stream, trouble: trouble("no group") }, 10), undefined);
});
