job "logs" {
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
            family             = "logs"
            cpu                = 256
            memory             = 512
            execution_role_arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"

            # 10,000 lines each, in bursts of 100, in a minute.
            container {
              name    = "main"
              image   = "busybox"
              command = ["sh", "-c", "n=0; while [ $n -lt 10000 ]; do n=$((n+1)); echo line $n; [ $((n%100)) = 0 ] && sleep 0.6; done"]
            }
            container {
              name      = "side"
              image     = "busybox"
              essential = false
              command   = ["sh", "-c", "n=0; while [ $n -lt 10000 ]; do n=$((n+1)); echo line $n; [ $((n%100)) = 0 ] && sleep 0.5; done"]
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
