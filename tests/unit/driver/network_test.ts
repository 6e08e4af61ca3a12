import { assertEquals } from "@std/assert";
import { portsOf } from "../../../src/driver/network.ts";
import { factsOf } from "../../../src/lifecycle/definition/facts.ts";
import type { DefinitionFacts } from "../../../src/lifecycle/lifecycle.ts";

/** A definition with these containers, each with ports by name; `_` is a port without one. */
function definition(...containers: Record<string, number>[]): DefinitionFacts {
  const containerDefinitions = containers.map((ports, index) => ({
    name: `c${index}`,
    image: "idle",
    portMappings: Object.entries(ports).map(([name, containerPort]) => ({
      containerPort,
      ...(name === "_" ? {} : { name }),
    })),
  }));
  return factsOf({ containerDefinitions }, "web:1");
}

const label = (name: string, to = 0) => ({ label: name, value: 25_000, to });

Deno.test("a container's named ports are known without a network block", () => {
  assertEquals(portsOf([], definition({ http: 80, grpc: 9_000 }), undefined), {
    http: 80,
    grpc: 9_000,
  });
});

Deno.test("`to` goes before a port of the same name", () => {
  assertEquals(portsOf([label("http", 8_080)], definition({ http: 80 }), undefined), {
    http: 8_080,
  });
});

Deno.test("a label without `to` is the container's only port", () => {
  assertEquals(portsOf([label("web")], definition({ _: 80 }), undefined), { web: 80 });
});

Deno.test("a label without `to` stays the client's own port where the container has several", () => {
  assertEquals(portsOf([label("web")], definition({ _: 80, admin: 81 }), undefined), {
    web: 25_000,
    admin: 81,
  });
});

Deno.test("the container that the jobspec names is the one whose ports count", () => {
  const two = definition({ http: 80 }, { http: 81 });
  assertEquals(portsOf([], two, "c1"), { http: 81 });
  assertEquals(portsOf([], two, undefined), { http: 80 });
});

Deno.test("labels are known where the definition is not", () => {
  assertEquals(portsOf([label("a", 80), label("b")], undefined, undefined), { a: 80, b: 25_000 });
  assertEquals(portsOf([], undefined, undefined), {});
});
