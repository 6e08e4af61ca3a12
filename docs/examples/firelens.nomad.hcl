# A task whose output goes through FireLens: a log router of Fluent Bit beside it, which sends it to
# Firehose. nomad alloc logs shows what awslogs writes to CloudWatch Logs, so here it shows the router's own
# output only. Change the stream, the roles and the subnets. The task role writes to Firehose.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "audit" {
  type = "batch"

  group "audit" {
    task "audit" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"
          container   = "audit"

          definition {
            family             = "audit"
            cpu                = 256
            memory             = 512
            task_role_arn      = "arn:aws:iam::123456789012:role/audit"
            execution_role_arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"

            container {
              name  = "log-router"
              image = "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"

              firelens_configuration {
                type    = "fluentbit"
                options = { "enable-ecs-log-metadata" = "true" }
              }

              log_configuration {
                log_driver = "awslogs"
                options = {
                  "awslogs-group"         = "/ecs/nomad-remote-driver-demo"
                  "awslogs-region"        = "us-east-1"
                  "awslogs-stream-prefix" = "audit"
                }
              }
            }

            container {
              name    = "audit"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo all is audited"]

              depends_on {
                container_name = "log-router"
                condition      = "START"
              }

              log_configuration {
                log_driver = "awsfirelens"
                options = {
                  "Name"            = "firehose"
                  "region"          = "us-east-1"
                  "delivery_stream" = "audit"
                }
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
