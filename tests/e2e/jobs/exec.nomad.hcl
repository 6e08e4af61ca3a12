job "exec" {
  datacenters = ["dc1"]
  type        = "service"

  group "main" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    task "main" {
      driver       = "ecs"
      kill_signal  = "SIGINT"
      kill_timeout = "30s"

      config {
        task {
          launch_type            = "FARGATE"
          enable_execute_command = true

          definition {
            family        = "exec"
            cpu           = 256
            memory        = 512
            task_role_arn = "arn:aws:iam::123456789012:role/exec"

            container {
              name    = "main"
              image   = "busybox"
              command = ["sh", "-c", "trap 'echo got it' HUP; trap 'exit 42' INT; while :; do sleep 0.2; done"]
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
