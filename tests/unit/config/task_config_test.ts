import { assertEquals } from "@std/assert";
import { decodedTask, refusalOf } from "../../harness/config.ts";

const refused: Record<string, [task: Record<string, unknown>, text: string]> = {
  "a task definition that is none": [
    { task_definition: "a b" },
    'task_definition must be "family", "family:revision" or a task definition\'s ARN; got "a b"',
  ],
  "a task definition of another type": [
    { task_definition: 7 },
    "task_definition must be a string; got 7",
  ],
  "a duration that is none": [
    { start_timeout: "soon" },
    'start_timeout must be a duration from "1s" to "24h", such as "30s", "5m" or "1h30m"; got "soon"',
  ],
  "a group's name that is too long": [
    { group: "g".repeat(256) },
    "group must have at most 255 characters; got a string of 256 characters",
  ],
  "a region that is none": [
    { region: "us_east_1" },
    'region must be an AWS region such as "us-east-1"; got "us_east_1"',
  ],
};
for (const [name, [task, text]] of Object.entries(refused)) {
  Deno.test(`an option of a task is refused by itself: ${name}`, () => {
    assertEquals(refusalOf({ task_definition: "web", ...task }), `config.task.${text}`);
  });
}

Deno.test("a task that says nothing of an option has its default", () => {
  const task = decodedTask({});
  assertEquals(task.deregister, false);
  assertEquals(task.advertise, "private");
  assertEquals(task.container, undefined);
});
