import { assertEquals } from "@std/assert";
import { containerRefusal, refusalOf } from "../../harness/config.ts";

const refused: Record<string, [container: Record<string, unknown>, text: string]> = {
  "no image": [{ image: null }, "image must be set; got nothing"],
  "a name that is none": [
    { name: "a b" },
    'name must be a name: 1 to 255 letters, digits, - and _; got "a b"',
  ],
  "a port mapping without a port": [
    { port_mapping: [{}] },
    "port_mapping[0].container_port must be set, or container_port_range; got nothing",
  ],
  "a port and a range": [
    { port_mapping: [{ container_port: 80, container_port_range: "80-81" }] },
    "port_mapping[0].container_port must be left out beside container_port_range; got 80",
  ],
  "a range that is none": [
    { port_mapping: [{ container_port_range: "80:81" }] },
    'port_mapping[0].container_port_range must be a range of ports such as "8000-8010"; got "80:81"',
  ],
  "a port's name that is none": [
    { port_mapping: [{ container_port: 80, name: "-Web" }] },
    "port_mapping[0].name must be a port's name: 1 to 64 lower-case letters, digits, - and _, and " +
    'no - first; got "-Web"',
  ],
  "two credential specs": [
    { credential_specs: ["a", "b"] },
    "credential_specs must have at most 1 entry; got 2",
  ],
  "a command of another type, which is not shown": [
    { command: "--password=hunter2" },
    "command must be a list of strings; got a string of 18 characters",
  ],
  "an environment of another type, which is not shown": [
    { environment: { A: "1", PASSWORD: ["hunter2"] } },
    'environment["PASSWORD"] must be a string; got a list of 1 entry',
  ],
};
for (const [name, [container, text]] of Object.entries(refused)) {
  Deno.test(`a container is refused: ${name}`, () => {
    assertEquals(containerRefusal(container), text);
  });
}

Deno.test("a definition has at most ten containers, and of more none is read", () => {
  const container = Array.from({ length: 11 }, () => ({ cpu: "none" }));
  assertEquals(
    refusalOf({ definition: { family: "web", container } }),
    "config.task.definition.container must stand at most 10 times; got 11",
  );
});
