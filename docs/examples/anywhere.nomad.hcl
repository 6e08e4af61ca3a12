# A task on a machine of your own that is registered with the cluster as an external instance (ECS
# Anywhere). Such a task has no network interface of its own: network mode is bridge, host or none. Change
# the image and the expression.

job "shop-floor" {
  type = "batch"

  group "shop-floor" {
    task "shop-floor" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "EXTERNAL"

          definition {
            family                   = "shop-floor"
            network_mode             = "host"
            requires_compatibilities = ["EXTERNAL"]

            container {
              name               = "shop-floor"
              image              = "public.ecr.aws/docker/library/busybox:1.37"
              command            = ["sh", "-c", "echo the line is measured"]
              memory_reservation = 64
            }
          }

          placement_constraints {
            type       = "memberOf"
            expression = "attribute:site == plant-7"
          }
        }
      }
    }
  }
}
