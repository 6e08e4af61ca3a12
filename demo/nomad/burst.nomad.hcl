# Work that comes in bursts: each dispatch is an ECS task of its own.

job "burst" {
  type = "batch"

  parameterized {
    meta_required = ["picture"]
  }

  group "resize" {
    ephemeral_disk {
      size = 10
    }

    task "resize" {
      driver = "ecs"

      # Nomad runs a process for each task's logs, of 13 MB, unless it is told not to.
      logs {
        disabled      = true
        max_files     = 1
        max_file_size = 1
      }

      resources {
        cpu    = 10
        memory = 10
      }

      config {
        task {
          launch_type = "FARGATE"
          pass_env    = ["NOMAD_META_picture"]

          definition {
            family = "resize"
            cpu    = 256
            memory = 512

            container {
              name    = "resize"
              image   = "busybox:1.37"
              command = ["sh", "-c", "sleep 1; echo picture $NOMAD_META_picture is resized"]
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
