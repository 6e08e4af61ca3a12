# Two containers in one ECS task: a job and the cache that it needs, which it waits for and reaches on
# localhost. `container` names the one whose exit code is the task's and that gets the environment.
# Change the images, the commands, the health check and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "import" {
  type = "batch"

  group "import" {
    task "import" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      env {
        CACHE = "redis://localhost:6379"
      }

      config {
        task {
          launch_type = "FARGATE"
          container   = "import"

          definition {
            family = "import"
            cpu    = 512
            memory = 1024

            container {
              name  = "cache"
              image = "public.ecr.aws/docker/library/redis:7"

              health_check {
                command      = ["CMD-SHELL", "redis-cli ping | grep PONG"]
                interval     = "5s"
                start_period = "10s"
              }
            }

            container {
              name    = "import"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo importing by way of $CACHE"]

              depends_on {
                container_name = "cache"
                condition      = "HEALTHY"
              }
            }
          }

          network_configuration {
            aws_vpc_configuration {
              assign_public_ip = "ENABLED" # in place of a NAT gateway, to pull the images
              subnets          = var.subnets
            }
          }
        }
      }
    }
  }
}
