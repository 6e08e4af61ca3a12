job "bad_launch_type" {
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
          launch_type     = "FARGTE"
          task_definition = "sleep"
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
