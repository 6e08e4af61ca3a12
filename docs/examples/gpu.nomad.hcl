# A batch task on a GPU of the cluster's EC2 instances, which run the GPU-optimized AMI. ECS picks an
# instance with a free GPU, and waits in PROVISIONING where a capacity provider has to start one. Change
# the image, the instance types and the sizes. Fargate has no GPUs.

job "train" {
  type = "batch"

  group "train" {
    task "train" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type   = "EC2"
          start_timeout = "15m" # an instance may have to start first

          definition {
            family                   = "train"
            network_mode             = "bridge"
            requires_compatibilities = ["EC2"]

            container {
              name    = "train"
              image   = "nvcr.io/nvidia/pytorch:25.01-py3"
              command = ["sh", "-c", "echo the model is trained"]
              cpu     = 4096
              memory  = 16384

              resource_requirements {
                type  = "GPU"
                value = "1"
              }
            }
          }

          placement_constraints {
            type       = "memberOf"
            expression = "attribute:ecs.instance-type =~ g5.*"
          }
        }
      }
    }
  }
}
