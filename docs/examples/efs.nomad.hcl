# A task with files that outlive it: an EFS file system, mounted through an access point with the task
# role. The task's security group must be let in by the file system's mount targets (port 2049). Change the
# ids, the role and the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "archive" {
  type = "batch"

  group "archive" {
    task "archive" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family        = "archive"
            cpu           = 256
            memory        = 512
            task_role_arn = "arn:aws:iam::123456789012:role/archive"

            volume {
              name = "archive"

              efs_volume_configuration {
                file_system_id     = "fs-0123456789abcdef0"
                transit_encryption = "ENABLED"

                authorization_config {
                  access_point_id = "fsap-0123456789abcdef0"
                  iam             = "ENABLED"
                }
              }
            }

            container {
              name    = "archive"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo what is kept is in /archive"]

              mount_point {
                source_volume  = "archive"
                container_path = "/archive"
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
