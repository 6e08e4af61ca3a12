# A web server on Fargate that Nomad checks, updates without a gap, and knows by its own address.

variable "version" {
  type    = string
  default = "1"
}

job "web" {
  group "web" {
    # One more instance starts and is checked before an old one is stopped.
    update {
      canary           = 1
      auto_promote     = true
      min_healthy_time = "1s"
    }

    task "server" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS sends SIGTERM, and SIGKILL half a minute later

      service {
        name         = "web"
        provider     = "nomad"
        address_mode = "driver" # the ECS task's own address
        port         = 18080
      }

      resources {
        cpu    = 10
        memory = 10
      }

      config {
        task {
          launch_type            = "FARGATE"
          enable_execute_command = true

          definition {
            family             = "web"
            cpu                = 256
            memory             = 512
            task_role_arn      = "arn:aws:iam::123456789012:role/web"
            execution_role_arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"

            container {
              name  = "server"
              image = "web:${var.version}"

              port_mapping {
                container_port = 18080
              }

              # ECS runs it in the container.
              health_check {
                command  = ["CMD-SHELL", "curl -fs http://$HOSTNAME:18080/health"]
                interval = "5s"
              }

              log_configuration {
                log_driver = "awslogs"
                options = {
                  awslogs-group         = "/ecs/nomad-remote-driver-demo"
                  awslogs-region        = "us-east-1"
                  awslogs-stream-prefix = "web"
                  mode                  = "blocking" # no line is lost
                }
              }
            }
          }

          network_configuration {
            aws_vpc_configuration {
              subnets = ["subnet-010b03f1a021887ff"]
            }
          }
        }
      }
    }
  }
}
