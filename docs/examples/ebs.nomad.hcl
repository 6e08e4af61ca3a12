# A task with an EBS volume of its own, which ECS creates for it, mounts at /work and deletes with it.
# The role lets ECS manage volumes (the AWS managed policy
# AmazonECSInfrastructureRolePolicyForVolumes). Change the role, the volume, the image and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

variable "infrastructure_role" {
  type    = string
  default = "arn:aws:iam::123456789012:role/ecsInfrastructureRole"
}

job "transcode" {
  type = "batch"

  group "transcode" {
    task "transcode" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "transcode"
            cpu    = 1024
            memory = 2048

            volume {
              name                 = "work"
              configured_at_launch = true
            }

            container {
              name    = "transcode"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "df -h"]

              mount_point {
                source_volume  = "work"
                container_path = "/work"
              }
            }
          }

          volume_configuration {
            name = "work"

            managed_ebs_volume {
              role_arn        = var.infrastructure_role
              size_in_gib     = 100
              volume_type     = "gp3"
              iops            = 4000
              throughput      = 250
              filesystem_type = "ext4"
              encrypted       = true

              tags {
                team = "media"
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
