# Variables of the container: those of `env` and of templates, and those of Nomad that `pass_env`
# chooses. Whoever may call DescribeTasks can read them, so secrets go by ARN, as
# inline-definition.nomad.hcl shows. Change the variables, the image, the command and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "greeter" {
  type = "batch"

  meta {
    team = "platform"
  }

  group "greeter" {
    task "greeter" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      env {
        GREETING = "hello from ${node.datacenter}"
      }

      template {
        destination = "local/cluster.env"
        env         = true
        data        = "CLUSTER={{ env \"attr.driver.ecs.cluster\" }}"
      }

      config {
        task {
          launch_type = "FARGATE"

          # Of the globs that match a name the last decides. Without pass_env: all but NOMAD_*, and
          # of those what names the job, the allocation and its place.
          pass_env = ["*", "!NOMAD_*", "NOMAD_ALLOC_ID", "NOMAD_META_team"]

          definition {
            family = "greeter"
            cpu    = 256
            memory = 512

            container {
              name    = "greeter"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "env | sort"]

              environment = {
                LOG_LEVEL = "info"
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
