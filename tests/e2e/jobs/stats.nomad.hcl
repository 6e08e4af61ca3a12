job "stats" {
  datacenters = ["dc1"]
  type        = "service"

  group "main" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    task "main" {
      driver       = "ecs"
      kill_timeout = "30s"

      config {
        task {
          launch_type = "FARGATE"

          # Without a size of its own, it has that of resources.
          definition {
            family = "stats"

            container {
              name    = "main"
              image   = "busybox"
              command = ["sh", "-c", "while :; do i=0; while [ $i -lt 9000 ]; do i=$((i+1)); done; sleep 0.1; done"]
            }
          }

          network_configuration {
            aws_vpc_configuration {
              subnets = ["subnet-010b03f1a021887ff"]
            }
          }
        }
      }

      resources {
        cpu    = 256
        memory = 512
      }
    }
  }
}
