job "service" {
  datacenters = ["dc1"]
  type        = "service"

  group "main" {
    count = 2

    network {
      port "http" {
        to = 8080
      }
    }

    task "main" {
      driver       = "ecs"
      kill_timeout = "30s"

      service {
        name         = "by-label"
        provider     = "nomad"
        address_mode = "driver"
        port         = "http"
      }

      service {
        name         = "by-number"
        provider     = "nomad"
        address_mode = "driver"
        port         = 8080
      }

      config {
        task {
          launch_type     = "FARGATE"
          task_definition = "idle"
          network_configuration {
            aws_vpc_configuration {
              subnets = ["subnet-010b03f1a021887ff"]
            }
          }
        }
      }
    }
  }
}
