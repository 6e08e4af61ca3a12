# A client that runs tasks on ECS. It has no workload of its own, so it may be small.

log_level  = "DEBUG"
datacenter = "dc1"
data_dir   = "/tmp/nomad-client-1"
name       = "nomad-client-1"

client {
  enabled = true

  # ECS needs up to two minutes to stop a task, more than Nomad allows by default.
  max_kill_timeout = "3m"
}

ports {
  http = 5656
  rpc  = 5657
  serf = 5658
}

plugin "nomad-driver-ecs" {
  config {
    enabled = true
    cluster = "nomad-remote-driver-demo"
    region  = "us-east-1"
  }
}
