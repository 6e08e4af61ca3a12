import { checkPlatform } from "../../../../demo/simulator/checks/platform_checks.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import { assertRefused, ec2, fargate } from "../../../harness/simulator_definitions.ts";

const unknown = "PlatformUnknownException";
const incompatible = "PlatformTaskDefinitionIncompatibilityException";
const windows = fargate({}, {
  runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" },
});

const refused: Record<string, readonly [Input, Input, string]> = {
  "a version that there is not": [{ platformVersion: "1.4" }, fargate(), unknown],
  "a version of Linux for Windows": [{ platformVersion: "1.4.0" }, windows, unknown],
  "an old version with a shared process namespace": [
    { platformVersion: "1.3.0" },
    fargate({}, { pidMode: "task" }),
    incompatible,
  ],
  "an old version with storage": [
    { platformVersion: "1.3.0" },
    fargate({}, { ephemeralStorage: { sizeInGiB: 30 } }),
    incompatible,
  ],
  "an old version with storage of an override": [
    { platformVersion: "1.3.0", overrides: { ephemeralStorage: { sizeInGiB: 30 } } },
    fargate(),
    incompatible,
  ],
  "an old version with a volume of EFS": [
    { platformVersion: "1.0.0" },
    fargate({}, { volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] }),
    incompatible,
  ],
  "an old version with 8 vCPU": [
    { platformVersion: "1.3.0" },
    fargate({}, { cpu: "8192", memory: "16384" }),
    incompatible,
  ],
};

for (const [what, [request, definition, type]] of Object.entries(refused)) {
  Deno.test(`RunTask is refused for ${what}`, () => {
    assertRefused(() => checkPlatform(request, definition, "FARGATE"), type, "");
  });
}

Deno.test("only Fargate has platform versions", () => {
  assertRefused(
    () => checkPlatform({ platformVersion: "LATEST" }, ec2(), "EC2"),
    "InvalidParameterException",
    "The platform version must be null when specifying an EC2 launch type.",
  );
  checkPlatform({}, ec2(), "EC2");
});

Deno.test("the latest version runs everything, and an old one what it has", () => {
  const large = fargate({}, { cpu: "8192", memory: "16384", pidMode: "task" });
  for (const platformVersion of ["1.4.0", "LATEST"]) {
    checkPlatform({ platformVersion }, large, "FARGATE");
  }
  checkPlatform({ platformVersion: "1.3.0" }, fargate(), "FARGATE");
  checkPlatform({ platformVersion: "1.0.0" }, windows, "FARGATE");
});
