import { assertEquals, assertRejects } from "@std/assert";
import { type ServiceError, status } from "@grpc/grpc-js";
import {
  HealthCheckResponse_ServingStatus,
  HealthClient,
} from "../../../src/gen/grpc/health/v1/health.ts";
import {
  type ConnInfo,
  GRPCBrokerClient,
  GRPCControllerClient,
} from "../../../src/gen/plugin/plugin.ts";
import { hostServices } from "../../../src/plugin/services.ts";
import { call } from "../../harness/plugin.ts";
import { withServed } from "../../harness/served.ts";

Deno.test("the plugin's health is SERVING, and another service's is not known", async () => {
  await withServed(hostServices(() => {}), async (address, channel) => {
    const health = new HealthClient(address, channel);
    for (const service of ["plugin", ""]) {
      const { status } = await call(health, health.check, { service });
      assertEquals(status, HealthCheckResponse_ServingStatus.SERVING);
    }
    const error = await assertRejects(() =>
      call(health, health.check, { service: "another" })
    ) as ServiceError;
    assertEquals(error.code, status.NOT_FOUND);
    health.close();
  });
});

Deno.test("a request to end is answered before it is carried out", async () => {
  const order: string[] = [];
  const ended = Promise.withResolvers<void>();
  const services = hostServices(() => {
    order.push("ended");
    ended.resolve();
  });
  await withServed(services, async (address, channel) => {
    const controller = new GRPCControllerClient(address, channel);
    assertEquals(await call(controller, controller.shutdown, {}), {});
    await ended.promise;
    assertEquals(order, ["ended"]);
    controller.close();
  });
});

Deno.test("a host that knocks is told that the plugin does not multiplex, and the stream stays", async () => {
  await withServed(hostServices(() => {}), async (address, channel) => {
    const broker = new GRPCBrokerClient(address, channel);
    const stream = broker.startStream();
    const answer = new Promise<ConnInfo>((resolve) => stream.once("data", resolve));
    const knock = { knock: true, ack: false, error: "" };
    stream.write({ serviceId: 7, network: "", address: "", knock });
    const { serviceId, knock: refusal } = await answer;
    assertEquals([serviceId, refusal?.ack, refusal?.error], [
      7,
      false,
      "this plugin does not multiplex",
    ]);
    const ended = new Promise<void>((resolve) => stream.once("end", resolve));
    stream.end();
    await ended;
    broker.close();
  });
});
