output "task_definition" {
  description = "Task definition with its newest revision."
  value       = "${aws_ecs_task_definition.demo.family}:${aws_ecs_task_definition.demo.revision}"
}

output "security_groups" {
  description = "Security groups of the tasks."
  value       = [aws_security_group.demo.id]
}

output "subnets" {
  description = "Subnets of the tasks."
  value       = aws_subnet.demo[*].id
}

output "exec" {
  description = "Whether the tasks' role may use ECS Exec."
  value       = true
}

output "driver_policy_arn" {
  description = "Policy to attach to the identity that the Nomad clients use."
  value       = aws_iam_policy.driver.arn
}

output "job_variables" {
  description = "Variables of demo/nomad/demo-ecs.nomad.hcl, for `nomad job run -var-file`."
  value       = <<-EOT
    task_definition = "${aws_ecs_task_definition.demo.family}:${aws_ecs_task_definition.demo.revision}"
    security_groups = ${jsonencode([aws_security_group.demo.id])}
    subnets         = ${jsonencode(aws_subnet.demo[*].id)}
    exec            = true
  EOT
}
