import { assertEquals, assertStringIncludes } from "@std/assert";
import { eachOperation } from "../../../src/aws/operations.ts";
import { withStage } from "../../harness/tool.ts";

Deno.test("a person who asks for the version or help gets it on standard output", async () => {
  await withStage(async ({ tool }) => {
    for (const flag of ["--version", "-v"]) {
      assertEquals(await tool([flag]), { code: 0, stdout: "nomad-driver-ecs 1.2.3\n", stderr: "" });
    }
    for (const flag of ["--help", "-h", "help"]) {
      const { code, stdout, stderr } = await tool([flag]);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, 'plugin "nomad-driver-ecs"');
      assertStringIncludes(stdout, "Exit status:");
    }
  });
});

Deno.test("without arguments the help is an error, as nothing was done", async () => {
  await withStage(async ({ tool }) => {
    const { code, stdout, stderr } = await tool([]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "a Nomad agent");
  });
});

Deno.test("what is not on the command line is named, with what may be meant", async () => {
  await withStage(async ({ tool }) => {
    const wrong: [string[], string][] = [
      [["taskz"], "Did you mean tasks?"],
      [["tasks", "--clutser", "x"], "Did you mean --cluster?"],
      [["tasks", "--cluster"], "argument missing"],
      [["tasks", "web"], "too many arguments"],
    ];
    for (const [args, says] of wrong) {
      const { code, stdout, stderr } = await tool(args);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, says);
    }
  });
});

Deno.test("each command's help has examples and the options of the plugin block", async () => {
  await withStage(async ({ tool }) => {
    const { stdout } = await tool(["--help"]);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name = ""]) =>
      name
    );
    assertEquals(commands.includes("tasks"), true);
    for (const name of commands) {
      const help = await tool([name, "--help"]);
      assertEquals(help.code, 0);
      for (const text of ["Examples:", `nomad-driver-ecs ${name}`, "--json"]) {
        assertStringIncludes(help.stdout, text);
      }
    }
  });
});

Deno.test("a fault of the program's own is told with its place", async () => {
  await withStage(async ({ tool }) => {
    const { code, stderr } = await tool(["tasks", "--cluster", "x"], {
      connectAws: () => {
        throw new TypeError("a fault");
      },
    });
    assertEquals(code, 3);
    assertStringIncludes(stderr, "a fault");
  });
});

Deno.test("an error of AWS's says what a person can do, and promises no other attempt", async () => {
  await withStage(async ({ tool }) => {
    const failing = (error: Error) => ({
      connectAws: () => eachOperation(() => Promise.reject(error)),
    });
    const errors: [string, string, string][] = [
      ["AccessDeniedException", "not authorized", "the doctor command names the statement"],
      ["ExpiredTokenException", "expired", "give the process credentials"],
      ["ClusterNotFoundException", "Cluster not found.", "check --cluster"],
      ["NetworkingError", "connection refused", "check the network, the proxy and the endpoint"],
    ];
    for (const [name, message, fix] of errors) {
      const error = Object.assign(new Error(message), { name });
      const { code, stdout, stderr } = await tool(["tasks", "--cluster", "x"], failing(error));
      assertEquals([code, stdout, stderr.split("\n").length], [3, "", 2], stderr);
      assertStringIncludes(stderr, message);
      assertStringIncludes(stderr, fix);
      assertEquals(/tried again|asked again|Nomad client/.test(stderr), false, stderr);
    }
  });
});

Deno.test("a region that nothing names is a command line that cannot be used, as a cluster is", async () => {
  await withStage(async ({ tool }) => {
    const missing = () => Promise.reject(new Error("Region is missing"));
    const connectAws = () => eachOperation(missing);
    const ran = await tool(["tasks", "--cluster", "x"], { connectAws });
    assertEquals(
      [ran.code, ran.stdout, ran.stderr],
      [
        2,
        "",
        "error: no region: set region in the plugin block's config, AWS_REGION, or --region\n",
      ],
    );
  });
});

Deno.test("with --json an error is a document on standard error, with the exit status", async () => {
  await withStage(async ({ tool }) => {
    const { code, stdout, stderr } = await tool(["tasks", "--json"]);
    assertEquals([code, stdout], [2, ""]);
    const { error, exitStatus } = JSON.parse(stderr);
    assertStringIncludes(error, "no cluster");
    assertEquals(exitStatus, 2);
    // What follows the task is the command's, and so is its --json.
    const id = "0".repeat(32);
    const exec = await tool(["exec", id, "ps", "--json"]);
    assertStringIncludes(exec.stderr, "error: no cluster");
  });
});
