import { assertEquals, assertStringIncludes } from "@std/assert";
import { factsOf } from "../../../../src/lifecycle/definition/facts.ts";
import {
  choiceOfMain,
  mainContainer,
} from "../../../../src/lifecycle/definition/main_container.ts";
import { containers, type Json, onInstances } from "../../../harness/definitions.ts";

const of = (all: Parameters<typeof containers>[0], task: Json = {}) =>
  factsOf(onInstances({}, { ...containers(all), ...task }), "web");
const router = { firelensConfiguration: { type: "fluentbit" } };
const after = (...names: string[]) => ({
  dependsOn: names.map((containerName) => ({ containerName, condition: "START" })),
});

const cases: Record<string, [facts: ReturnType<typeof of>, main: string, says: string]> = {
  "the only one that is essential": [
    of({ init: { essential: false }, app: {} }),
    "app",
    "Container app is the task's main container. Passed over: init (not essential).",
  ],
  "the one whose logs are routed": [
    of({ log_router: router, app: { logConfiguration: { logDriver: "awsfirelens" } } }),
    "app",
    "Passed over: log_router (the log router).",
  ],
  "the one behind the proxy": [
    of({ envoy: {}, app: {} }, { proxyConfiguration: { containerName: "envoy" } }),
    "app",
    "Passed over: envoy (the proxy).",
  ],
  "the one that waits for the others": [
    of({ agent: {}, db: {}, app: after("agent", "db") }),
    "app",
    "Passed over: agent (app waits for it), db (app waits for it).",
  ],
  "the one that waits for another by way of a third": [
    of({ db: {}, migrate: { essential: false, ...after("db") }, app: after("migrate") }),
    "app",
    "db (app waits for it)",
  ],
  "the one that all reasons leave": [
    of(
      { log_router: router, envoy: {}, agent: {}, app: after("envoy", "agent", "log_router") },
      { proxyConfiguration: { containerName: "envoy" } },
    ),
    "app",
    "log_router (the log router), envoy (the proxy), agent (app waits for it)",
  ],
  "the first of several that are equal": [
    of({ log_router: router, web: {}, worker: {} }),
    "web",
    "Container web is taken for the task's main container, as the first of web, worker, which are " +
    "equal by the definition. Passed over: log_router (the log router).",
  ],
  "a router that is alone": [
    of({ log_router: router, init: { essential: false } }),
    "log_router",
    "init",
  ],
  "the first of a circle": [of({ a: after("b"), b: after("a") }), "a", "the first of a, b"],
};
for (const [name, [facts, main, says]] of Object.entries(cases)) {
  Deno.test(`the main container is ${name}, and the user is told why`, () => {
    assertEquals(mainContainer(facts)?.container.name, main);
    const told = choiceOfMain(facts) ?? "";
    assertStringIncludes(told, says);
    assertStringIncludes(told, "config.task.container names another.");
  });
}

Deno.test("of one container there is no choice to tell", () => {
  const facts = of({ app: {} });
  assertEquals(mainContainer(facts)?.container.name, "app");
  assertEquals(choiceOfMain(facts), undefined);
  assertEquals(mainContainer(of({})), undefined);
});
