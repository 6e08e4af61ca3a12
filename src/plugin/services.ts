import { status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ServiceDefinition } from "@grpc/grpc-js";
import {
  HealthCheckResponse_ServingStatus,
  type HealthServer,
  HealthService,
} from "../gen/grpc/health/v1/health.ts";
import {
  type GRPCBrokerServer,
  GRPCBrokerService,
  type GRPCControllerServer,
  GRPCControllerService,
  type GRPCStdioServer,
  GRPCStdioService,
} from "../gen/plugin/plugin.ts";

/** A gRPC service and its implementation. */
export type Service = {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
};

/** The service name for which the host checks a plugin's health. */
const healthName = "plugin";

/**
 * The services that go-plugin's host expects of every plugin. `shutdown` is called once the host's
 * request to end has been answered.
 */
export function hostServices(shutdown: () => void): Service[] {
  const health: HealthServer = {
    check: (call, callback) =>
      isServed(call.request.service)
        ? callback(null, { status: HealthCheckResponse_ServingStatus.SERVING })
        : callback({ code: status.NOT_FOUND, details: "this plugin has no such service" }),
    watch: (call) => {
      call.write({
        status: isServed(call.request.service)
          ? HealthCheckResponse_ServingStatus.SERVING
          : HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN,
      });
      call.on("cancelled", () => call.end());
    },
  };
  const controller: GRPCControllerServer = {
    shutdown: (_call, callback) => {
      callback(null, {});
      shutdown();
    },
  };
  // This process prints nothing after the handshake, so the stream stays open and empty.
  const stdio: GRPCStdioServer = {
    streamStdio: (call) => {
      call.on("cancelled", () => call.end());
    },
  };
  // Nomad's drivers broker no further connections, but the host keeps the stream open.
  const broker: GRPCBrokerServer = {
    startStream: (call) => {
      call.on("data", ({ serviceId, knock }) => {
        if (knock?.knock) {
          const refusal = { knock: false, ack: false, error: "this plugin does not multiplex" };
          call.write({ serviceId, network: "", address: "", knock: refusal });
        }
      });
      call.on("end", () => call.end());
      call.on("error", () => call.end());
    },
  };
  return [
    { definition: HealthService, implementation: health },
    { definition: GRPCControllerService, implementation: controller },
    { definition: GRPCStdioService, implementation: stdio },
    { definition: GRPCBrokerService, implementation: broker },
  ];
}

function isServed(service: string): boolean {
  return service === healthName || service === "";
}
