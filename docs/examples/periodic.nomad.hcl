# A task that runs every night, and not while the run of the night before goes on. `nomad job periodic
# force cleanup` runs it at once. Change the times, the image, the command and the subnets. Nomad
# before 1.6.2 has `cron`, a single text, in place of `crons`.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "cleanup" {
  type = "batch"

  periodic {
    crons            = ["30 3 * * *"]
    time_zone        = "Europe/Berlin"
    prohibit_overlap = true
  }

  group "cleanup" {
    task "cleanup" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "cleanup"
            cpu    = 256
            memory = 512

            container {
              name    = "cleanup"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo all is clean"]
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
