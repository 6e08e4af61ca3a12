job "sleep" {
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

      config {
        task {
          launch_type     = "FARGATE"
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
