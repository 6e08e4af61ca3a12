# A web server that Nomad's own service discovery knows by its address in the VPC: `nomad service
# info web`. Change the image, the port, the subnets and the security groups. A deployment counts
# what ECS runs as healthy: Nomad makes no checks of its own at an ECS task's address. Consul does, with
# provider = "consul", address_mode = "driver" in the check, and a network that reaches the subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

variable "security_groups" {
  type    = list(string)
  default = ["sg-0d647d4c7ce15034f"]
}

job "web" {
  group "web" {
    count = 2

    update {
      health_check     = "task_states"
      min_healthy_time = "10s"
      auto_revert      = true
    }

    task "httpd" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      service {
        name         = "web"
        provider     = "nomad"
        address_mode = "driver"
        port         = 80
      }

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "web"
            cpu    = 256
            memory = 512

            container {
              name  = "httpd"
              image = "public.ecr.aws/docker/library/httpd:2.4"

              port_mapping {
                container_port = 80
              }
            }
          }

          network_configuration {
            aws_vpc_configuration {
              assign_public_ip = "ENABLED" # in place of a NAT gateway, to pull the image
              security_groups  = var.security_groups
              subnets          = var.subnets
            }
          }
        }
      }
    }
  }
}
