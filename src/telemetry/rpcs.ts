import { status } from "@grpc/grpc-js";
import { type Clock, secondsSince } from "../clock.ts";
import type { Meter } from "../meter.ts";
import type { Service } from "../plugin/services.ts";

type Answer = (error: { readonly code?: number } | null, ...rest: unknown[]) => void;
type Handler = (call: unknown, answer: Answer) => unknown;

/** The same service, with each call that has one answer measured. Streams last as long as their reader. */
export function meteredService(service: Service, meter: Meter, clock: Clock): Service {
  const measured = Object.entries(service.definition).flatMap(([name, method]) => {
    const handler = service.implementation[name] as Handler | undefined;
    if (handler === undefined || method.requestStream || method.responseStream) return [];
    return [[name, meteredHandler(methodOf(method.path), handler, meter, clock)]];
  });
  return {
    ...service,
    implementation: { ...service.implementation, ...Object.fromEntries(measured) },
  };
}

/** `StartTask` of `/hashicorp.nomad.plugins.drivers.proto.Driver/StartTask`. */
function methodOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function meteredHandler(method: string, handler: Handler, meter: Meter, clock: Clock): Handler {
  return (call, answer) => {
    if (!meter.isOn()) return handler(call, answer);
    const started = clock.monotonic();
    return handler(call, (error, ...rest) => {
      meter.record({
        kind: "RPC",
        method,
        code: error === null ? "OK" : status[error.code ?? status.UNKNOWN] ?? "UNKNOWN",
        seconds: secondsSince(clock, started),
      });
      answer(error, ...rest);
    });
  };
}
