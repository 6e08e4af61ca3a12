import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type LogConfiguration,
  type LoggedContainer,
  logSourcesOf,
  type SidecarLogs,
} from "../../../src/logs/source.ts";

const options = {
  "awslogs-group": "/ecs/web",
  "awslogs-region": "eu-west-1",
  "awslogs-stream-prefix": "web",
  "mode": "blocking",
};

function container(name: string, changes: Record<string, unknown> = {}): LoggedContainer {
  return { name, log: { driver: "awslogs", options: { ...options, ...changes } } };
}

function sources(containers: LoggedContainer[], sidecars: SidecarLogs = "stderr") {
  return logSourcesOf({ containers, main: "app", sidecars, taskId: "0123", region: "us-east-1" });
}

/** What is told of a main container with this log configuration. */
function noteOn(log: LogConfiguration | undefined): string {
  const { sources: found, notes } = sources([{ name: "app", log }]);
  assertEquals([found, notes.length], [[], 1]);
  return notes[0] ?? "";
}

Deno.test("a container's stream is <prefix>/<container>/<task id>; the main one's is standard output", () => {
  const { sources: found, notes } = sources([container("side"), container("app")]);
  const common = { region: "eu-west-1", group: "/ecs/web" };
  assertEquals(found, [
    { ...common, stream: "web/side/0123", output: "stderr", label: "side" },
    { ...common, stream: "web/app/0123", output: "stdout", label: undefined },
  ]);
  assertEquals(notes, []);
});

Deno.test("sidecars' logs may be beside the main one's, or left out", () => {
  const containers = [container("app"), container("side")];
  assertEquals(sources(containers, "stdout").sources.map(({ output }) => output), [
    "stdout",
    "stdout",
  ]);
  assertEquals(sources(containers, "none").sources.length, 1);
});

Deno.test("without awslogs-region the stream is in the task's region", () => {
  const [source] = sources([container("app", { "awslogs-region": undefined })]).sources;
  assertEquals(source?.region, "us-east-1");
});

Deno.test("what cannot be shown is told with what to do, once for each container", () => {
  assertStringIncludes(noteOn(undefined), "has no log configuration. Set the log driver awslogs");
  assertStringIncludes(noteOn({ driver: "splunk", options: {} }), "its log driver is splunk");
  assertStringIncludes(noteOn({ driver: "awslogs", options: {} }), "has no awslogs-group");
  const { "awslogs-stream-prefix": _, ...others } = options;
  assertStringIncludes(noteOn({ driver: "awslogs", options: others }), "Set awslogs-stream-prefix");
});

Deno.test("a sidecar without a log configuration is nothing to tell of", () => {
  const { sources: found, notes } = sources([container("app"), { name: "side", log: undefined }]);
  assertEquals([found.length, notes], [1, []]);
});

Deno.test("a lossy mode is told of, be it set or ECS's default", () => {
  for (const mode of ["non-blocking", undefined]) {
    const { sources: found, notes } = sources([container("app", { mode })]);
    assertEquals(found.length, 1);
    assertStringIncludes(notes[0] ?? "", 'With mode = "blocking" no line is lost');
  }
});
