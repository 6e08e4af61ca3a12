# A batch job whose container ends with 7, and that is not tried again.

job "failing" {
  type = "batch"

  group "report" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "report" {
      driver = "ecs"

      resources {
        cpu    = 10
        memory = 10
      }

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "report"
            cpu    = 256
            memory = 512

            container {
              name    = "report"
              image   = "busybox:1.37"
              command = ["sh", "-c", "echo no database; exit 7"]
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
