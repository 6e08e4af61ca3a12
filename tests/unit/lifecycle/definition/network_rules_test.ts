import { checkNetwork } from "../../../../src/lifecycle/definition/network_rules.ts";
import {
  first,
  type Json,
  onInstances,
  refusesEach,
  takesEach,
} from "../../../harness/definitions.ts";

const mode = (networkMode: string, container: Json) => onInstances(container, { networkMode });
const port = (networkMode: string, mapping: Json) => mode(networkMode, { portMappings: [mapping] });
const at = `${first}.portMappings[0]`;

refusesEach("a network", {
  "ports without a network": [
    port("none", { containerPort: 80 }),
    `${first}.portMappings`,
    '"none", which has no ports',
  ],
  "another host port with awsvpc": [
    port("awsvpc", { containerPort: 80, hostPort: 8080 }),
    `${at}.hostPort`,
    'be containerPort = 80, with network mode "awsvpc"; got 8080',
  ],
  "another host port in host mode": [
    port("host", { containerPort: 80, hostPort: 8080 }),
    `${at}.hostPort`,
    'network mode "host"; got 8080',
  ],
  "a host port for ECS to choose in host mode": [
    port("host", { containerPort: 80, hostPort: 0 }),
    `${at}.hostPort`,
    "got 0",
  ],
  "no port": [port("bridge", { hostPort: 80 }), `${at}.containerPort`, "or containerPortRange"],
  "a port that is none": [port("bridge", { containerPort: 65_536 }), `${at}.containerPort`],
  "a range beside a port": [
    port("bridge", { containerPort: 80, containerPortRange: "80-90" }),
    `${at}.containerPort`,
    "left out",
  ],
  "a range that is none": [
    port("bridge", { containerPortRange: "90-80" }),
    `${at}.containerPortRange`,
    'as "8000-8010"; got "90-80"',
  ],
  "a range in host mode": [
    port("host", { containerPortRange: "80-90" }),
    `${at}.containerPortRange`,
    '"host"',
  ],
  "too many ranges": [
    mode("bridge", {
      portMappings: Array.from({ length: 101 }, (_, n) => ({
        containerPortRange: `${1000 + 10 * n}-${1009 + 10 * n}`,
      })),
    }),
    `${first}.portMappings`,
    "at most 100 ranges of ports; got 101",
  ],
  "a port's name in capitals": [
    port("awsvpc", { containerPort: 80, name: "HTTP" }),
    `${at}.name`,
    'got "HTTP"',
  ],
  "another protocol of applications": [
    port("awsvpc", { containerPort: 80, appProtocol: "HTTP2" }),
    `${at}.appProtocol`,
    '"http", "http2", "grpc"',
  ],
  "a host name with awsvpc": [mode("awsvpc", { hostname: "web" }), `${first}.hostname`, "awsvpc"],
  "DNS servers with awsvpc": [mode("awsvpc", { dnsServers: ["10.0.0.2"] }), `${first}.dnsServers`],
  "links in host mode": [mode("host", { links: ["side"] }), `${first}.links`, '"host"'],
}, checkNetwork);

takesEach("a network", {
  "no network": mode("none", { portMappings: [] }),
  "the same host port": port("awsvpc", { containerPort: 80, hostPort: 80 }),
  "a host port of 0 with awsvpc": port("awsvpc", { containerPort: 80, hostPort: 0 }),
  "a host port for ECS to choose on the bridge": port("bridge", { containerPort: 80, hostPort: 0 }),
  "another host port on the bridge": port("bridge", { containerPort: 80, hostPort: 8080 }),
  "a range with awsvpc": port("awsvpc", { containerPortRange: "8000-8010" }),
  "empty lists": mode("awsvpc", { links: [], dnsServers: [], extraHosts: [] }),
}, checkNetwork);
