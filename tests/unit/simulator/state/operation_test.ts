import { assertEquals, assertThrows } from "@std/assert";
import * as sdk from "@aws-sdk/client-ecs";
import { AwsError } from "../../../../demo/simulator/request/aws_error.ts";
import { shapeOf } from "../../../../demo/simulator/request/shape.ts";
import { operationFor, type OperationTable } from "../../../../demo/simulator/state/operation.ts";

const table: OperationTable = new Map([
  ["ListTasks", { shape: shapeOf(sdk.ListTasksRequest$), carryOut: () => "done" }],
]);

Deno.test("a request of the operation's JSON types finds it, and is without unknown members", () => {
  const { carryOut, input } = operationFor(table, "ListTasks", {
    cluster: "c",
    family: null,
    x: 1,
  });
  assertEquals([carryOut, input], [table.get("ListTasks")?.carryOut, { cluster: "c" }]);
});

Deno.test("an operation that there is not, and a wrong type, are refused", () => {
  const unknown = assertThrows(() => operationFor(table, "RunTask", {}), AwsError);
  assertEquals(unknown.type, "UnknownOperationException");
  assertThrows(() => operationFor(table, "ListTasks", { cluster: 7 }), AwsError);
});
