# A task that runs to its end. The container's exit code is the task's: Nomad runs it again, in a new
# ECS task, where it is not 0. Change the image, the command, the size and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "report" {
  type = "batch"

  group "report" {
    restart {
      attempts = 2
      delay    = "30s"
    }

    task "report" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "report"
            cpu    = 1024
            memory = 2048

            container {
              name    = "report"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo the report is written"]
            }
          }

          network_configuration {
            aws_vpc_configuration {
              assign_public_ip = "ENABLED" # in place of a NAT gateway, to pull the image
              subnets          = var.subnets
            }
          }

          tags {
            team = "finance"
          }
        }
      }
    }
  }
}
