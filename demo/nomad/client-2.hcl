# A client that runs tasks on ECS alone. It has no workload of its own, so it may be small.

log_level  = "DEBUG"
datacenter = "dc1"
data_dir   = "/tmp/nomad-client-2"
name       = "nomad-client-2"

client {
  enabled = true

  # What the scheduler may place here. ECS tasks use nothing of this machine.
  cpu_total_compute = 100000
  memory_total_mb   = 100000

  # Above the allocations that this client has at one time, finished ones included.
  gc_max_allocs        = 4000
  gc_parallel_destroys = 1000

  # ECS needs up to two minutes to stop a task, more than Nomad allows by default.
  max_kill_timeout = "3m"

  options = {
    "driver.allowlist" = "ecs"
  }
}

# Nomad asks the driver for a task's CPU and memory only where it publishes them.
telemetry {
  publish_allocation_metrics = true
}

ports {
  http = 5666
  rpc  = 5667
  serf = 5668
}

plugin "nomad-driver-ecs" {
  config {
    enabled = true
    cluster = "nomad-remote-driver-demo"
    region  = "us-east-1"

    # Running ECS tasks go on when this client is drained or lost.
    nomad {
      address = "http://127.0.0.1:5666"
    }
  }
}
