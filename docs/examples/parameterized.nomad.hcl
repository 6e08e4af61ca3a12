# A job that is dispatched with parameters: `nomad job dispatch -meta picture=cat.png resize`. They
# reach the container as variables; a payload would not, as it is a file on the client. Keep
# parameters out of `definition`: each value would register a revision of its own.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "resize" {
  type = "batch"

  parameterized {
    payload       = "forbidden"
    meta_required = ["picture"]
    meta_optional = ["width"]
  }

  meta {
    width = "640"
  }

  group "resize" {
    task "resize" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      env {
        PICTURE = "${NOMAD_META_picture}"
        WIDTH   = "${NOMAD_META_width}"
      }

      config {
        task {
          launch_type = "FARGATE"

          definition {
            family = "resize"
            cpu    = 512
            memory = 1024

            container {
              name    = "resize"
              image   = "public.ecr.aws/docker/library/busybox:1.37"
              command = ["sh", "-c", "echo \"$PICTURE is $WIDTH pixels wide\""]
            }
          }

          network_configuration {
            aws_vpc_configuration {
              assign_public_ip = "ENABLED" # in place of a NAT gateway, to pull the image
              subnets          = var.subnets
            }
          }
        }
      }
    }
  }
}
