import {
  containers,
  ec2,
  fargate,
  ports,
  refuses,
} from "../../../harness/simulator_definitions.ts";

refuses("RegisterTaskDefinition refuses containers that do not go together", {
  "volumes from nowhere": [
    ec2({ volumesFrom: [{ sourceContainer: "b" }] }),
    "Invalid 'volumesFrom' setting. Unknown container: 'b'",
  ],
  "volumes from itself": [
    ec2({ volumesFrom: [{ sourceContainer: "app" }] }),
    "cannot mount its own volumes",
  ],
  "after nothing": [
    ec2({ dependsOn: [{ containerName: "b", condition: "START" }] }),
    "Cannot depend on container 'b' because it does not exist",
  ],
  "after itself": [
    ec2({ dependsOn: [{ containerName: "app", condition: "START" }] }),
    "cannot depend on itself",
  ],
  "without a condition": [
    containers({ a: { dependsOn: [{ containerName: "b" }] }, b: {} }),
    "condition cannot be null",
  ],
  "after the success of what is essential": [
    containers({ a: { dependsOn: [{ containerName: "b", condition: "SUCCESS" }] }, b: {} }),
    "SUCCESS or COMPLETE condition cannot be an essential container",
  ],
  "after the end of what is essential": [
    containers({ a: { dependsOn: [{ containerName: "b", condition: "COMPLETE" }] }, b: {} }),
    "SUCCESS or COMPLETE condition cannot be an essential container",
  ],
  "after the health of what has no check": [
    containers({ a: { dependsOn: [{ containerName: "b", condition: "HEALTHY" }] }, b: {} }),
    "HEALTHY condition must have health check configured",
  ],
  "in a circle": [
    containers({
      a: { dependsOn: [{ containerName: "b", condition: "START" }] },
      b: { dependsOn: [{ containerName: "c", condition: "START" }] },
      c: { dependsOn: [{ containerName: "a", condition: "START" }] },
      d: {},
    }),
    "Container dependencies should not have a cycle",
  ],
  "a link to nothing": [ec2({ links: ["b"] }), "Invalid 'links' setting. Unknown container: 'b'"],
  "an odd link": [ec2({ links: ["b:c:d"] }), "Invalid 'links' setting 'b:c:d'"],
  "a link to itself": [ec2({ links: ["app"] }), "Container links should not have a cycle"],
  "links in a circle": [
    containers({ a: { links: ["b"] }, b: { links: ["a:other"] } }),
    "Container links should not have a cycle",
  ],
});

refuses("RegisterTaskDefinition refuses wrong ports and networks", {
  "a host port of its own in awsvpc": [
    fargate(ports({ containerPort: 80, hostPort: 8_080 })),
    "When networkMode=awsvpc, the host ports and container ports",
  ],
  "host port 0 in awsvpc": [
    fargate(ports({ containerPort: 80, hostPort: 0 })),
    "When networkMode=awsvpc, the host ports and container ports",
  ],
  "a host port of its own in host": [
    ec2(ports({ containerPort: 80, hostPort: 8_080 }), { networkMode: "host" }),
    "When networkMode=host, the host ports and container ports",
  ],
  "ports without a network": [
    ec2(ports({ containerPort: 80 }), { networkMode: "none" }),
    "not supported when networkMode=none",
  ],
  "port 0": [ec2(ports({ containerPort: 0 })), "'containerPort' setting for container 'app'"],
  "port 65536": [ec2(ports({ containerPort: 65_536 })), "between 1 and 65535"],
  "host port 65536": [ec2(ports({ containerPort: 1, hostPort: 65_536 })), "between 0 and 65535"],
  "no port": [ec2(ports({ hostPort: 80 })), "Invalid 'containerPort' setting"],
  "one port for two protocols": [
    ec2(ports({ containerPort: 53, protocol: "tcp" }, { containerPort: 53, protocol: "udp" })),
    "Container port '53' is mapped twice in container 'app'",
  ],
  "a host port twice": [
    containers({
      a: ports({ containerPort: 80, hostPort: 8_080 }),
      b: ports({ containerPort: 81, hostPort: 8_080 }),
    }),
    "Host port '8080' is used multiple times in task when networkMode=bridge",
  ],
  "a container's port twice in awsvpc": [
    containers(
      { a: ports({ containerPort: 80 }), b: ports({ containerPort: 80 }) },
      { networkMode: "awsvpc" },
    ),
    "Container port '80' is used multiple times in task when networkMode=awsvpc",
  ],
  "a port's name twice": [
    containers({
      a: ports({ containerPort: 80, name: "http" }),
      b: ports({ containerPort: 81, name: "http" }),
    }),
    "The port mapping name 'http' is already used",
  ],
  "a port's odd name": [ec2(ports({ containerPort: 80, name: "HTTP" })), "port mapping name"],
  "a port and a range": [
    ec2(ports({ containerPort: 80, containerPortRange: "81-90" })),
    "cannot specify both single port and port range",
  ],
  "a range backwards": [
    ec2(ports({ containerPortRange: "90-81" })),
    "Invalid 'containerPortRange' setting",
  ],
  "ranges that overlap": [
    fargate(ports({ containerPortRange: "80-90" }, { containerPortRange: "85-95" })),
    "Container port '85' is mapped twice",
  ],
  "101 ranges": [
    ec2(ports(
      ...Array.from(
        { length: 101 },
        (_, at) => ({ containerPortRange: `${at * 3 + 1}-${at * 3 + 2}` }),
      ),
    )),
    "can have at most 100 port ranges",
  ],
  "a range in host": [
    ec2(ports({ containerPortRange: "80-90" }), { networkMode: "host" }),
    "Container port ranges are not supported",
  ],
  "links in awsvpc": [
    containers({ a: { links: ["b"] }, b: {} }, { networkMode: "awsvpc" }),
    "Links are not supported when networkMode=awsvpc",
  ],
  "a host name in awsvpc": [
    fargate({ hostname: "web" }),
    "hostname is not supported on container when networkMode=awsvpc",
  ],
  "DNS servers in awsvpc": [
    fargate({ dnsServers: ["10.0.0.2"] }),
    "DNS servers are not supported on container when networkMode=awsvpc",
  ],
  "DNS search domains in awsvpc": [
    fargate({ dnsSearchDomains: ["internal"] }),
    "DNS search domains are not supported on container",
  ],
  "extra hosts in awsvpc": [
    fargate({ extraHosts: [{ hostname: "db", ipAddress: "10.0.0.3" }] }),
    "Extra hosts are not supported on container",
  ],
  "an extra host without an address": [
    ec2({ extraHosts: [{ hostname: "db" }] }),
    "both a hostname and an ipAddress",
  ],
});
