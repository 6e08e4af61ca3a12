import { assertEquals } from "@std/assert";
import { containerRefusal } from "../../harness/config.ts";

Deno.test("a secret is an ARN or a parameter's name", () => {
  for (
    const from of [
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:db",
      "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/db",
      "/prod/db",
    ]
  ) assertEquals(containerRefusal({ secrets: { A: from } }), "");
});

Deno.test("a secret that stands where its ARN should is refused without being shown", () => {
  const what = "must be the ARN of a secret or of a parameter, or a parameter's name; " +
    "got a string of 8 characters";
  assertEquals(containerRefusal({ secrets: { A: "hunter2!" } }), `secrets["A"] ${what}`);
  assertEquals(
    containerRefusal({ log_configuration: { log_driver: "splunk", secrets: { T: "hunter2!" } } }),
    `log_configuration.secrets["T"] ${what}`,
  );
});
