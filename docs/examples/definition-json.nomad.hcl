# A task definition as JSON: what RegisterTaskDefinition takes, or as here what `aws ecs
# describe-task-definition` prints, as it is. In place of the text, file("convert.json") reads it from
# a file of the folder that nomad is run in. Write $${ for a ${ in it. Change text and subnets.

variable "subnets" {
  type    = list(string)
  default = ["subnet-010b03f1a021887ff"]
}

job "convert" {
  type = "batch"

  group "convert" {
    task "convert" {
      driver       = "ecs"
      kill_timeout = "1m" # ECS gives a container half a minute after SIGTERM

      config {
        task {
          launch_type = "FARGATE"

          definition_json = <<-EOF
            {
                "taskDefinition": {
                    "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/convert:4",
                    "containerDefinitions": [
                        {
                            "name": "convert",
                            "image": "public.ecr.aws/docker/library/busybox:1.37",
                            "cpu": 0,
                            "portMappings": [],
                            "essential": true,
                            "command": ["sh", "-c", "echo converted to $FORMAT"],
                            "environment": [{ "name": "FORMAT", "value": "parquet" }],
                            "mountPoints": [],
                            "volumesFrom": [],
                            "systemControls": []
                        }
                    ],
                    "family": "convert",
                    "networkMode": "awsvpc",
                    "revision": 4,
                    "volumes": [],
                    "status": "ACTIVE",
                    "requiresAttributes": [{ "name": "ecs.capability.task-eni" }],
                    "placementConstraints": [],
                    "compatibilities": ["EC2", "FARGATE"],
                    "requiresCompatibilities": ["FARGATE"],
                    "cpu": "256",
                    "memory": "512",
                    "registeredAt": "2025-11-03T09:12:44.518000+01:00",
                    "registeredBy": "arn:aws:iam::123456789012:user/platform"
                },
                "tags": []
            }
          EOF

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
