import { assertEquals, assertThrows } from "@std/assert";
import { distorted, readDistortions } from "../../../../demo/simulator/state/distortions.ts";

const answer = { tasks: [{ taskArn: "a", tags: [{ key: "k" }] }], failures: [] };

/** The answer to DescribeTasks with one distortion. */
function with1(distortion: Record<string, unknown>): unknown {
  const rules = readDistortions([{ operations: ["DescribeTasks"], ...distortion }]);
  return distorted(rules, "DescribeTasks", answer);
}

Deno.test("any part of an answer can be left out, replaced or repeated", () => {
  const [task] = answer.tasks;
  const cases: [Record<string, unknown>, unknown][] = [
    [{ path: ["tasks", 0, "taskArn"], remove: true }, {
      tasks: [{ tags: [{ key: "k" }] }],
      failures: [],
    }],
    [{ path: ["tasks", 0, "tags", 0, "key"], set: null }, {
      tasks: [{ taskArn: "a", tags: [{ key: null }] }],
      failures: [],
    }],
    [{ path: ["tasks", 0], repeat: 2 }, { tasks: [task, task, task], failures: [] }],
    [{ path: ["tasks", 0], remove: true }, { tasks: [], failures: [] }],
    [{ path: [], set: [7] }, [7]],
  ];
  for (const [distortion, expected] of cases) assertEquals(with1(distortion), expected);
  assertEquals(answer, { tasks: [{ taskArn: "a", tags: [{ key: "k" }] }], failures: [] });
});

Deno.test("an answer without the part, and one of another operation, stay as they are", () => {
  for (const path of [["tasks", 1], ["tasks", 0, "none", "deep"], ["constructor", "name"]]) {
    assertEquals(with1({ path, set: 7 }), answer, path.join("."));
  }
  const rules = readDistortions([{ operations: ["RunTask"], path: [], set: 7 }]);
  assertEquals(distorted(rules, "DescribeTasks", answer), answer);
});

Deno.test("a distortion ends after as many answers as it says", () => {
  const rules = readDistortions([{
    operations: ["ListTasks"],
    path: ["taskArns"],
    set: 7,
    count: 2,
  }]);
  const told = ["whole", "empty", "whole", "whole"].map((what) =>
    distorted(rules, "ListTasks", what === "whole" ? { taskArns: [] } : {})
  );
  assertEquals(told, [{ taskArns: 7 }, {}, { taskArns: 7 }, { taskArns: [] }]);
});

Deno.test("a distortion that says nothing usable is refused", () => {
  const wrong: [unknown, string][] = [
    [7, "must be a list"],
    [[{ path: [] }], "operations must be"],
    [[{ operations: [], path: [-1], set: 1 }], "path must be"],
    [[{ operations: [], path: [] }], "remove: true, set, or repeat"],
    [[{ operations: [], path: [], repeat: "2" }], "remove: true, set, or repeat"],
  ];
  for (const [value, says] of wrong) assertThrows(() => readDistortions(value), Error, says);
});
