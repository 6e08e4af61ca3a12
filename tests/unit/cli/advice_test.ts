import { assertEquals } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import { errorInWords } from "../../../src/cli/advice.ts";
import { NomadError } from "../../../src/nomad/error.ts";

Deno.test("an error of AWS's is told with what was asked, the answer, and what to do", () => {
  const denied = new EcsError("denied", "ECS StopTask x", "AccessDeniedException: no");
  assertEquals(
    errorInWords(denied),
    "ECS StopTask x: AccessDeniedException: no; allow it in the IAM policy of this identity: " +
      "the doctor command names the statement",
  );
});

Deno.test("a refusal for the time of a request is the clock's, not the credentials'", () => {
  const late = new EcsError(
    "credentials",
    "ECS ListTasks of x",
    "SignatureDoesNotMatch: Signature expired",
  );
  assertEquals(
    errorInWords(late),
    "ECS ListTasks of x: SignatureDoesNotMatch: Signature expired; " +
      "let a time service set this host's clock (chrony, systemd-timesyncd)",
  );
});

Deno.test("where AWS's answer alone can tell what to do, nothing is added", () => {
  const rejected = new EcsError("rejected", "ECS StopTask x", "InvalidParameterException: no");
  assertEquals(errorInWords(rejected), "ECS StopTask x: InvalidParameterException: no");
});

Deno.test("an error of Nomad's names the options of the command line", () => {
  const unreachable = new NomadError("unreachable", "GET /v1/nodes of http://a", "refused");
  assertEquals(
    errorInWords(unreachable),
    "Nomad API GET /v1/nodes of http://a: refused; " +
      "check that the agent runs, and --nomad-address or NOMAD_ADDR",
  );
});
