# A crawler as if it ran here: `nomad alloc logs -f <allocation>` follows the crawler and with -stderr its
# sidecar, `nomad alloc exec -task crawler <allocation> sh` looks into it, and a stop sends SIGINT first.
# The log group has to exist. The execution role writes to it; the task role opens the channels of ECS
# Exec (ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel).
# Where the plugin block has `log_group`, the log configurations may be left out. Change group, region,
# roles, image and subnets.

variable "log_group" {
  type    = string
  default = "/ecs/nomad-remote-driver-demo"
}

variable "execution_role" {
  type    = string
  default = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"
}

variable "task_role" {
  type    = string
  default = "arn:aws:iam::123456789012:role/crawler"
}

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "crawler" {
  group "crawler" {
    task "crawler" {
      driver       = "ecs"
      kill_signal  = "SIGINT"
      kill_timeout = "1m" # half of it for SIGINT, then ECS is asked to stop the task

      config {
        task {
          launch_type            = "FARGATE"
          enable_execute_command = true

          definition {
            family             = "crawler"
            cpu                = 256
            memory             = 512
            execution_role_arn = var.execution_role
            task_role_arn      = var.task_role

            container {
              name    = "crawler"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "trap 'echo stopped by SIGINT; exit 0' INT; echo working; while :; do sleep 1; done"]

              log_configuration {
                log_driver = "awslogs"

                options = {
                  "awslogs-group"         = var.log_group
                  "awslogs-region"        = "us-east-1"
                  "awslogs-stream-prefix" = "crawler"
                  # No line is lost: while CloudWatch Logs does not answer, the container waits.
                  "mode" = "blocking"
                }
              }
            }

            container {
              name      = "sidecar"
              image     = "public.ecr.aws/docker/library/busybox:1.37"
              essential = false
              command   = ["sh", "-c", "echo ready; while :; do sleep 1; done"]

              log_configuration {
                log_driver = "awslogs"

                options = {
                  "awslogs-group"         = var.log_group
                  "awslogs-region"        = "us-east-1"
                  "awslogs-stream-prefix" = "crawler"
                  "mode"                  = "blocking"
                }
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
