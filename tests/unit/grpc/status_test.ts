import { assert, assertEquals } from "@std/assert";
import { status } from "@grpc/grpc-js";
import { DriverError } from "../../../src/driver/driver_error.ts";
import { wireError } from "../../../src/grpc/status.ts";

/** gRPC's C library refuses trailers past this. */
const trailerLimit = 16 * 1024;

Deno.test("an error of any length in any script fits into trailers that every client takes", () => {
  for (const character of ["a", " ", '"', "\n", "я", "漢", "🙂", "\ud800"]) {
    for (const length of [100, 6_000, 1_000_000]) {
      const { code, details, metadata } = wireError(
        new DriverError("start_failed", character.repeat(length), true),
      );
      assertEquals(code, status.UNKNOWN);
      const size = Object.entries({
        "grpc-status": String(code),
        "grpc-message": encodeURI(details),
        ...metadata.toHttp2Headers(),
      }).map(([name, value]) => name.length + String(value).length + 32)
        .reduce((sum, each) => sum + each);
      assert(size < trailerLimit, `${character} ${length}: ${size}`);
    }
  }
});

Deno.test("a fault of the driver's own is bounded like any other error", () => {
  const { code, details } = wireError(new RangeError("x".repeat(1_000_000)));
  assertEquals(code, status.INTERNAL);
  assert(details.length < 10_000);
});
