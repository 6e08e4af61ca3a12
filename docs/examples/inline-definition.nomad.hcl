# The whole task definition in the jobspec: `nomad job run -var tag=2.4.62 inline-definition.nomad.hcl`
# registers a revision with the new image, replaces the task, and deregisters the revision before.
# The size is that of `resources`, rounded up to one that Fargate has: here 512 CPU units and 1024 MiB.
# Change the role, the secret, the log group (which has to exist), the image and the subnets.

variable "tag" {
  type    = string
  default = "2.4"
}

variable "execution_role" {
  type    = string
  default = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"
}

variable "database_secret" {
  type    = string
  default = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/database-a1B2c3"
}

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "shop" {
  group "shop" {
    task "shop" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      resources {
        cpu    = 300
        memory = 700
      }

      config {
        task {
          launch_type = "FARGATE"
          deregister  = true

          definition {
            family             = "shop"
            execution_role_arn = var.execution_role

            container {
              name  = "shop"
              image = "public.ecr.aws/docker/library/httpd:${var.tag}"

              # The execution role reads the value; it stands neither in Nomad nor in ECS.
              secrets = {
                DATABASE_URL = var.database_secret
              }

              port_mapping {
                container_port = 80
              }

              log_configuration {
                log_driver = "awslogs"

                options = {
                  "awslogs-group"         = "/ecs/shop"
                  "awslogs-region"        = "us-east-1"
                  "awslogs-stream-prefix" = "shop"
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
