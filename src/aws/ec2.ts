import { at, callQuery, regionalEndpoint } from "./query.ts";
import type { ServiceClient, Signing } from "./service_client.ts";

/** Version of the EC2 API. */
const apiVersion = "2016-11-15";

/** The operations of EC2, as pairs of input and output. */
export type Ec2Api = {
  DescribeNetworkInterfaces: [{ readonly networkInterfaceId: string }, NetworkInterface];
};

/** A network interface as EC2 describes it. */
export type NetworkInterface = {
  /** Its public IPv4 address; undefined where it has none. */
  readonly publicAddress: string | undefined;
};

/** How each operation's request is written, and how its answer is read. */
const api: {
  readonly [Command in keyof Ec2Api]: {
    parameters(input: Ec2Api[Command][0]): Record<string, string>;
    read(answer: unknown): Ec2Api[Command][1];
  };
} = {
  DescribeNetworkInterfaces: {
    parameters: ({ networkInterfaceId }) => ({ "NetworkInterfaceId.1": networkInterfaceId }),
    read: (answer) => {
      const address = at(answer, "networkInterfaceSet", "item", "association", "publicIp");
      return { publicAddress: typeof address === "string" ? address : undefined };
    },
  },
};

/**
 * A client of EC2, signed as another service's client signs: ECS tells a task's private address only.
 * EC2's own client would be as large as the whole driver. It rejects with errors of the shape that
 * the SDK's have. Without an endpoint it calls AWS's own in the region.
 */
export function createEc2Client(config: Signing, endpoint: string | undefined): ServiceClient {
  return {
    config,
    perform: async (command, input, signal) => {
      const { parameters, read } = api[command as keyof Ec2Api];
      const service = {
        name: "ec2",
        title: "EC2",
        version: apiVersion,
        endpoint: endpoint ?? regionalEndpoint("ec2", await config.region()),
      } as const;
      const { document } = await callQuery(config, service, {
        command,
        parameters: parameters(input as Ec2Api[keyof Ec2Api][0]),
        signal,
      });
      return read(document);
    },
  };
}
