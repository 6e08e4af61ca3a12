# A web server on Windows with Fargate, which needs 1,024 CPU units and 2 GB at least. Windows images are
# large: a start takes some minutes. ECS Exec runs commands there, but the driver needs a shell of Unix for
# commands without a terminal: use nomad alloc exec -t. Change the image and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "iis" {
  group "iis" {
    task "iis" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type   = "FARGATE"
          start_timeout = "15m"

          definition {
            family = "iis"
            cpu    = 1024
            memory = 2048

            runtime_platform {
              operating_system_family = "WINDOWS_SERVER_2022_CORE"
            }

            container {
              name  = "iis"
              image = "mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"

              port_mapping {
                container_port = 80
              }
            }
          }

          network_configuration {
            aws_vpc_configuration {
              assign_public_ip = "ENABLED" # in place of a NAT gateway, to pull the image
              subnets          = var.subnets
            }
          }
        }
      }
    }
  }
}
