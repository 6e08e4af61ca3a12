resource "aws_ecs_cluster" "demo" {
  name = local.name

  # Named either way, as an account may turn it on for every cluster, and AWS bills it.
  setting {
    name  = "containerInsights"
    value = var.container_insights ? "enabled" : "disabled"
  }

  # The cluster is destroyed first, so that ECS does not make the log group anew.
  depends_on = [aws_cloudwatch_log_group.insights]
}

# What tasks use of CPU and memory. ECS would make this group itself, and it would stay for ever.
resource "aws_cloudwatch_log_group" "insights" {
  count = var.container_insights ? 1 : 0

  name              = "/aws/ecs/containerinsights/${local.name}/performance"
  retention_in_days = 1
}

resource "aws_cloudwatch_log_group" "demo" {
  name              = "/ecs/${local.name}"
  retention_in_days = 7
}

resource "aws_ecs_task_definition" "demo" {
  family                   = local.name
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  # A change registers a new revision beside the old one, as a job that still names that needs it.
  skip_destroy = true

  container_definitions = jsonencode([
    {
      name      = local.name
      image     = "public.ecr.aws/docker/library/httpd:2.4"
      essential = true
      # The message is no part of the script, so that no quote in it can end it.
      command = [
        "sh", "-c",
        "printf '%s\\n' \"$MESSAGE\" >/usr/local/apache2/htdocs/index.html && exec httpd-foreground",
      ]
      environment = [
        {
          name  = "MESSAGE"
          value = var.message
        },
      ]
      portMappings = [
        {
          containerPort = 80
          protocol      = "tcp"
        },
      ]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.demo.name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "demo"
        }
      }
    },
  ])
}
