job "brief" {
  datacenters = ["dc1"]
  type        = "batch"

  group "main" {
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "main" {
      driver       = "ecs"
      kill_timeout = "30s"

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family             = "brief"
            cpu                = 256
            memory             = 512
            execution_role_arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"

            container {
              name    = "main"
              image   = "busybox"
              command = ["sh", "-c", "echo first; printf last"]
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
