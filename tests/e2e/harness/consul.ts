import type { Json } from "./recorder.ts";

/** What Consul's agent was told of a check. */
export type CheckReport = { readonly status: string; readonly output: string };

/** A service as it was registered at Consul's agent. */
export type ConsulService = {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
};

/** The calls of a Consul agent's HTTP API that a Nomad client makes, on loopback. */
export type ConsulAgent = {
  /** Host and port, as the agent's `consul` block takes them. */
  readonly address: string;
  /** The services that are registered under a name. */
  services(name: string): ConsulService[];
  /** How many checks belong to the services that are registered under a name. */
  checks(name: string): number;
  /** What the check with this name was told so far, in order, each change once. */
  reports(check: string): CheckReport[];
  /** Requests that this agent has no answer for. */
  unanswered(): string[];
  close(): Promise<void>;
};

type Service = ConsulService & { readonly registration: Json };
type Check = { readonly id: string; readonly service: string; readonly name: string };
type State = {
  readonly services: Map<string, Service>;
  readonly checks: Map<string, Check & { report: CheckReport }>;
  readonly reports: Map<string, CheckReport[]>;
  readonly unanswered: string[];
};

/**
 * Starts a Consul agent that keeps services and checks in memory. It answers as
 * https://developer.hashicorp.com/consul/api-docs/agent says for Consul without namespaces.
 */
export function startConsul(): ConsulAgent {
  const state: State = {
    services: new Map(),
    checks: new Map(),
    reports: new Map(),
    unanswered: [],
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const text = await request.text();
      const body = text === "" ? {} : JSON.parse(text) as Json;
      const answer = request.method === "GET"
        ? read(state, pathname)
        : request.method === "PUT"
        ? write(state, pathname, body)
        : undefined;
      if (answer !== undefined) return answer;
      state.unanswered.push(`${request.method} ${pathname}`);
      return new Response("404 page not found", { status: 404 });
    },
  );
  return {
    address: `127.0.0.1:${server.addr.port}`,
    services: (wanted) =>
      [...state.services.values()].filter(({ name }) => name === wanted)
        .map(({ id, name, address, port }) => ({ id, name, address, port })),
    checks: (wanted) =>
      [...state.checks.values()]
        .filter(({ service }) => state.services.get(service)?.name === wanted).length,
    reports: (check) => state.reports.get(check) ?? [],
    unanswered: () => state.unanswered,
    close: () => server.shutdown(),
  };
}

/** A GET's answer; nothing for a path that is not served. */
function read(state: State, path: string): Response | undefined {
  switch (path) {
    case "/v1/agent/self":
      return Response.json({
        Config: {
          Datacenter: "dc1",
          PrimaryDatacenter: "dc1",
          NodeName: "consul",
          Revision: "",
          Server: true,
          Version: "1.20.0",
        },
        DebugConfig: { ConnectEnabled: false, GRPCPort: -1, GRPCTLSPort: -1 },
        Member: { Name: "consul", Addr: "127.0.0.1", Tags: { dc: "dc1", role: "consul" } },
        Stats: {},
        Meta: {},
      });
    case "/v1/agent/services":
      return Response.json(Object.fromEntries(
        [...state.services.values()].map(({ id, name, port, registration }) => [id, {
          ...registration,
          ID: id,
          Service: name,
          Port: port,
          Datacenter: "dc1",
        }]),
      ));
    case "/v1/agent/checks":
      return Response.json(Object.fromEntries(
        [...state.checks.values()].map(({ id, service, name, report }) => [id, {
          Node: "consul",
          CheckID: id,
          Name: name,
          Status: report.status,
          Output: report.output,
          ServiceID: service,
          ServiceName: state.services.get(service)?.name ?? "",
          Type: "ttl",
        }]),
      ));
    default:
      return undefined;
  }
}

/** A PUT's answer; nothing for a path that is not served. */
function write(state: State, path: string, body: Json): Response | undefined {
  if (path === "/v1/agent/service/register") return registerService(state, body);
  if (path === "/v1/agent/check/register") {
    addCheck(state, textOf(body, "ServiceID"), body);
    return new Response();
  }
  const [, operation, encoded = ""] = path.match(/^\/v1\/agent\/(.+)\/([^/]+)$/) ?? [];
  const id = decodeURIComponent(encoded);
  switch (operation) {
    case "service/deregister": {
      if (!state.services.delete(id)) return unknown("service", id);
      // A service takes its checks along.
      for (const check of [...state.checks.values()]) {
        if (check.service === id) state.checks.delete(check.id);
      }
      return new Response();
    }
    case "check/deregister":
      return state.checks.delete(id) ? new Response() : unknown("check", id);
    case "check/update": {
      const check = state.checks.get(id);
      if (check === undefined) return unknown("check", id);
      tell(state, check, { status: textOf(body, "Status"), output: textOf(body, "Output") });
      return new Response();
    }
    default:
      return undefined;
  }
}

function registerService(state: State, body: Json): Response {
  const name = textOf(body, "Name");
  const id = textOf(body, "ID") || name;
  const { Check, Checks, ...registration } = body;
  const port = typeof body["Port"] === "number" ? body["Port"] : 0;
  const address = textOf(body, "Address");
  state.services.set(id, { id, name, address, port, registration });
  const checks = [Check, ...Array.isArray(Checks) ? Checks : []];
  for (const check of checks) if (isJson(check)) addCheck(state, id, check);
  return new Response();
}

/** Adds a check, or keeps the state of one that is known: a check begins as critical. */
function addCheck(state: State, service: string, body: Json): void {
  const name = textOf(body, "Name");
  const id = textOf(body, "CheckID") || textOf(body, "ID") || name;
  const known = state.checks.get(id);
  const check = { id, service, name, report: { status: "critical", output: "" } };
  if (known !== undefined) check.report = known.report;
  else tell(state, check, { status: textOf(body, "Status") || "critical", output: "" });
  state.checks.set(id, check);
}

function tell(state: State, check: Check & { report: CheckReport }, report: CheckReport): void {
  check.report = report;
  const reports = state.reports.get(check.name) ?? [];
  const last = reports.at(-1);
  if (last?.status === report.status && last.output === report.output) return;
  state.reports.set(check.name, [...reports, report]);
}

function unknown(kind: "service" | "check", id: string): Response {
  return new Response(`Unknown ${kind} ID ${JSON.stringify(id)}`, { status: 404 });
}

function textOf(body: Json, key: string): string {
  const value = body[key];
  return typeof value === "string" ? value : "";
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
