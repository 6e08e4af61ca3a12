# Workers on Fargate Spot: of four tasks about three run on Spot capacity and one on Fargate. ECS itself
# falls back to nothing: a task that Spot interrupts, or has no room for, is started again by Nomad, and
# the weights may then give it to Fargate. The cluster needs both capacity providers. Change the
# weights, the image, the command and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "worker" {
  group "worker" {
    restart {
      attempts = 10
      interval = "10m"
      delay    = "5s"
      mode     = "delay"
    }

    task "worker" {
      driver       = "ecs"
      kill_timeout = "2m" # as long as stop_timeout; the client's max_kill_timeout has to allow it

      config {
        task {
          capacity_provider_strategy {
            capacity_provider = "FARGATE_SPOT"
            weight            = 3
          }

          capacity_provider_strategy {
            capacity_provider = "FARGATE"
            weight            = 1
          }

          definition {
            family = "worker"
            cpu    = 512
            memory = 1024

            container {
              name         = "worker"
              image        = "public.ecr.aws/docker/library/busybox:1.37"
              stop_timeout = "2m" # Spot warns two minutes ahead, by SIGTERM
              command      = ["sh", "-c", "trap 'echo handing over; exit 0' TERM; while :; do sleep 1; done"]
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
