job "script-check" {
  datacenters = ["dc1"]
  type        = "service"

  group "main" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    task "main" {
      driver       = "ecs"
      kill_timeout = "30s"

      # Nomad runs script checks only for services of Consul.
      service {
        name         = "script-check"
        address_mode = "driver"
        port         = 8080

        check {
          name     = "answer"
          type     = "script"
          command  = "sh"
          args     = ["-c", "echo the answer is $(cat ANSWER_FILE); exit $(cat ANSWER_FILE)"]
          interval = "2s"
          timeout  = "20s"
        }
      }

      config {
        task {
          launch_type            = "FARGATE"
          enable_execute_command = true

          definition {
            family        = "script-check"
            cpu           = 256
            memory        = 512
            task_role_arn = "arn:aws:iam::123456789012:role/exec"

            container {
              name    = "main"
              image   = "busybox"
              command = ["sh", "-c", "while :; do sleep 0.2; done"]
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
