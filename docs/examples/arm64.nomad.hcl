# A task on Fargate with Graviton, AWS's own ARM64 processors. The image must be built for ARM64, or for
# several platforms. Change the image and the subnets. Fargate Spot takes ARM64 too.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "graviton" {
  type = "batch"

  group "graviton" {
    task "graviton" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "graviton"
            cpu    = 256
            memory = 512

            runtime_platform {
              cpu_architecture        = "ARM64"
              operating_system_family = "LINUX"
            }

            container {
              name    = "graviton"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo this is $(uname -m)"]
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
