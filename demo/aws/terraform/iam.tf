data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  ecs_arn = "arn:${data.aws_partition.current.partition}:ecs:${var.region}:${data.aws_caller_identity.current.account_id}"
}

data "aws_iam_policy_document" "ecs_tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

# ECS itself: pulls the image and writes the log.
resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.ecs_tasks.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

# The container: a web server needs nothing of AWS but the channels of ECS Exec.
resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  assume_role_policy = data.aws_iam_policy_document.ecs_tasks.json
}

resource "aws_iam_role_policy" "exec" {
  name = "${local.name}-exec"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ]
        Resource = "*"
      },
    ]
  })
}

# All that the driver on a Nomad client needs.
data "aws_iam_policy_document" "driver" {
  # Start tasks of this family, and only on this cluster.
  statement {
    sid       = "RunTask"
    actions   = ["ecs:RunTask"]
    resources = ["${local.ecs_arn}:task-definition/${local.name}:*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.demo.arn]
    }
  }

  # Watch and stop tasks of this cluster.
  statement {
    sid       = "Tasks"
    actions   = ["ecs:DescribeTasks", "ecs:StopTask"]
    resources = ["${local.ecs_arn}:task/${local.name}/*"]
  }

  # Find the task of an allocation whose handle was lost. ListTasks knows no resource but the
  # container instance, so the cluster is a condition.
  statement {
    sid       = "ListTasks"
    actions   = ["ecs:ListTasks"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.demo.arn]
    }
  }

  # Say whose a task is: as it is started, and when another client takes it over.
  statement {
    sid       = "TagTasks"
    actions   = ["ecs:TagResource"]
    resources = ["${local.ecs_arn}:task/${local.name}/*"]
  }

  # The health of the driver is that of the cluster.
  statement {
    sid       = "DescribeCluster"
    actions   = ["ecs:DescribeClusters"]
    resources = [aws_ecs_cluster.demo.arn]
  }

  # Which container's exit code counts, and what a task may ask for, is told by the task definition.
  # DescribeTaskDefinition cannot be limited to a resource.
  statement {
    sid       = "DescribeTaskDefinition"
    actions   = ["ecs:DescribeTaskDefinition"]
    resources = ["*"]
  }

  # Register the definitions that jobspecs hold, of this family. ListTaskDefinitions and
  # DeregisterTaskDefinition cannot be limited to a resource.
  statement {
    sid       = "RegisterTaskDefinition"
    actions   = ["ecs:RegisterTaskDefinition", "ecs:TagResource"]
    resources = ["${local.ecs_arn}:task-definition/${local.name}:*"]
  }

  statement {
    sid       = "ListTaskDefinitions"
    actions   = ["ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"]
    resources = ["*"]
  }

  # ECS tells a task's private address; the public one, for advertise = "public", is EC2's to tell.
  # DescribeNetworkInterfaces cannot be limited to a resource.
  statement {
    sid       = "DescribeNetworkInterfaces"
    actions   = ["ec2:DescribeNetworkInterfaces"]
    resources = ["*"]
  }

  # Run commands in a container (nomad alloc exec, script checks, signals). The session of a command is
  # a resource of Session Manager.
  statement {
    sid       = "ExecuteCommand"
    actions   = ["ecs:ExecuteCommand"]
    resources = [aws_ecs_cluster.demo.arn, "${local.ecs_arn}:task/${local.name}/*"]
  }

  statement {
    sid       = "Sessions"
    actions   = ["ssmmessages:OpenDataChannel", "ssm:ResumeSession", "ssm:TerminateSession"]
    resources = ["arn:${data.aws_partition.current.partition}:ssm:${var.region}:${data.aws_caller_identity.current.account_id}:session/ecs-execute-command-*"]
  }

  # Encrypt the sessions of a cluster whose configuration names a KMS key.
  dynamic "statement" {
    for_each = length(var.exec_kms_key_arns) == 0 ? [] : [var.exec_kms_key_arns]

    content {
      sid       = "SessionKeys"
      actions   = ["kms:GenerateDataKey"]
      resources = statement.value
    }
  }

  # Read what the tasks' containers print, for nomad alloc logs.
  statement {
    sid       = "Logs"
    actions   = ["logs:FilterLogEvents"]
    resources = ["${aws_cloudwatch_log_group.demo.arn}:*"]
  }

  # CPU and memory of tasks for Nomad, out of what Container Insights logs of this cluster.
  statement {
    sid       = "Stats"
    actions   = ["logs:FilterLogEvents"]
    resources = ["arn:${data.aws_partition.current.partition}:logs:${var.region}:${data.aws_caller_identity.current.account_id}:log-group:/aws/ecs/containerinsights/${local.name}/performance:*"]
  }

  # The same out of CloudWatch's metrics, which AWS bills by the metric: for stats = "metrics" in the
  # plugin block. GetMetricData cannot be limited to a resource.
  dynamic "statement" {
    for_each = var.stats_metrics ? ["*"] : []

    content {
      sid       = "StatsMetrics"
      actions   = ["cloudwatch:GetMetricData"]
      resources = [statement.value]
    }
  }

  # Call ECS as another role, where assume_role in the plugin block or a jobspec names one. The trust
  # policy of that role has to let the clients' identity in, and it is that role which then needs the
  # other statements here.
  dynamic "statement" {
    for_each = length(var.assumable_role_arns) == 0 ? [] : [var.assumable_role_arns]

    content {
      sid       = "AssumeRoles"
      actions   = ["sts:AssumeRole"]
      resources = statement.value
    }
  }

  # Hand the two roles to ECS, and to nobody else.
  statement {
    sid       = "PassRoles"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.execution.arn, aws_iam_role.task.arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "driver" {
  name        = "${local.name}-driver"
  description = "What nomad-driver-ecs needs on a Nomad client"
  policy      = data.aws_iam_policy_document.driver.json
}
