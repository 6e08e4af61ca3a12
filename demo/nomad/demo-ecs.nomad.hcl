# A web server on Fargate. On a real account, demo/aws gives the values of the variables.

variable "task_definition" {
  type    = string
  default = "nomad-remote-driver-demo:1"
}

variable "security_groups" {
  type    = list(string)
  default = ["sg-0d647d4c7ce15034f"]
}

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

# ECS Exec needs a task role that may use it; demo/aws makes one.
variable "exec" {
  type    = bool
  default = false
}

job "nomad-ecs-demo" {
  datacenters = ["dc1"]

  group "ecs-remote-task-demo" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      delay = "5s"
    }

    task "http-server" {
      driver = "ecs"

      # ECS sends SIGTERM, and SIGKILL half a minute later.
      kill_timeout = "1m"

      config {
        task {
          launch_type            = "FARGATE"
          task_definition        = var.task_definition
          enable_execute_command = var.exec
          network_configuration {
            aws_vpc_configuration {
              assign_public_ip = "ENABLED"
              security_groups  = var.security_groups
              subnets          = var.subnets
            }
          }
        }
      }
    }
  }
}
