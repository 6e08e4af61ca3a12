import { assertEquals } from "@std/assert";
import { createNomadExperience } from "../../../src/driver/nomad_experience.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { createVirtualTime } from "../../simulation/virtual_time.ts";
import { silent } from "../../harness/world.ts";

const alloc = "0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11";
const allocations = { kind: "allocations", namespace: "default" } as const;
const denied = new NomadError("denied", `GET /v1/allocation/${alloc}`, "HTTP 403");
const silence = new NomadError("unreachable", "GET /v1/nodes", "no answer");

function experienceWithLog() {
  const logged: string[] = [];
  const experience = createNomadExperience({
    clock: createVirtualTime(0).clock({ alive: true }),
    log: {
      ...silent,
      warn: (message) => void logged.push(message),
      info: (message) => void logged.push(message),
    },
  });
  return { experience, logged };
}

Deno.test("allocations that could not be read are unread until some are", () => {
  const { experience } = experienceWithLog();
  assertEquals(experience.unreadAllocations(), undefined);
  experience.noteFailure(allocations, denied);
  experience.noteAnswer({ kind: "agent" });
  assertEquals(experience.unreadAllocations(), allocations);
  experience.noteAnswer(allocations);
  assertEquals(experience.unreadAllocations(), undefined);
});

Deno.test("the attribute names no allocation by its id", () => {
  const { experience } = experienceWithLog();
  experience.noteFailure(allocations, denied);
  assertEquals(experience.attribute().includes(alloc), false);
  assertEquals(experience.attribute().includes("/v1/allocation/<id>"), true);
});

Deno.test("of two refusals the first stays, and only it is logged", () => {
  const { experience, logged } = experienceWithLog();
  experience.noteFailure(allocations, denied);
  const first = experience.attribute();
  experience.noteFailure(allocations, new NomadError("denied", "GET /v1/node", "HTTP 500"));
  assertEquals([experience.attribute(), logged.length], [first, 1]);
});

Deno.test("one answer shows that silence about all topics is over", () => {
  const { experience } = experienceWithLog();
  experience.noteFailure({ kind: "nodes" }, silence);
  experience.noteFailure(allocations, silence);
  experience.noteAnswer({ kind: "agent" });
  assertEquals(experience.attribute(), "on");
});
