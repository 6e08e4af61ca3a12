# A task on the cluster's own EC2 instances: spread over zones, then packed, on one kind of instance.
# Network mode bridge needs no subnets; host port 0 has ECS choose one. Change the expression, the
# image and the sizes. Fargate and placement exclude each other.

job "cache" {
  group "cache" {
    task "memcached" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "EC2"

          definition {
            family                   = "cache"
            network_mode             = "bridge"
            requires_compatibilities = ["EC2"]

            container {
              name               = "memcached"
              image              = "public.ecr.aws/docker/library/memcached:1.6"
              cpu                = 256
              memory             = 512
              memory_reservation = 256

              port_mapping {
                container_port = 11211
                host_port      = 0
              }

              ulimit {
                name       = "nofile"
                soft_limit = 4096
                hard_limit = 8192
              }
            }
          }

          placement_constraints {
            type       = "memberOf"
            expression = "attribute:ecs.instance-type =~ m7i.*"
          }

          placement_strategy {
            type  = "spread"
            field = "attribute:ecs.availability-zone"
          }

          placement_strategy {
            type  = "binpack"
            field = "memory"
          }

          tags = {
            "cost:center" = "4711"
          }
        }
      }
    }
  }
}
