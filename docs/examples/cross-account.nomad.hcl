# A task on a cluster in another account and region, by way of a role there that the client's own
# identity may assume. Change role, external id, region, cluster and subnets to the other account's.
# An operator may limit what jobspecs name, with `allowed` in the plugin block.

variable "subnets" {
  type    = list(string)
  default = ["subnet-0a1b2c3d4e5f60718"]
}

variable "role" {
  type    = string
  default = "arn:aws:iam::210987654321:role/nomad-ecs"
}

variable "external_id" {
  type    = string
  default = "nomad-production"
}

job "survey" {
  type = "batch"

  group "survey" {
    task "survey" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"
          region      = "eu-central-1"
          cluster     = "research"

          assume_role {
            role_arn     = var.role
            external_id  = var.external_id
            session_name = "nomad-survey" # as CloudTrail of the other account shows it
          }

          definition {
            family = "survey"
            cpu    = 256
            memory = 512

            container {
              name    = "survey"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo surveyed"]
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
