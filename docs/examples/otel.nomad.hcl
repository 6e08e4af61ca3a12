# A task with AWS's OpenTelemetry collector beside it, to which it sends traces on localhost. The
# collector's configuration is a parameter of SSM. It is not essential: the task goes on without it. Change
# the parameter, the roles and the subnets. The task role writes to X-Ray.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "traced" {
  type = "batch"

  group "traced" {
    task "traced" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"
          container   = "traced"

          definition {
            family             = "traced"
            cpu                = 512
            memory             = 1024
            task_role_arn      = "arn:aws:iam::123456789012:role/traced"
            execution_role_arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"

            container {
              name  = "traced"
              image = "public.ecr.aws/docker/library/busybox:1.37"

              command = ["sh", "-c", "echo traces go to $OTEL_EXPORTER_OTLP_ENDPOINT"]

              environment = {
                OTEL_EXPORTER_OTLP_ENDPOINT = "http://localhost:4318"
              }
            }

            container {
              name      = "collector"
              image     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.1"
              essential = false

              secrets = {
                AOT_CONFIG_CONTENT = "arn:aws:ssm:us-east-1:123456789012:parameter/otel/collector"
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
