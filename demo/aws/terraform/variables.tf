variable "region" {
  description = "AWS region of everything. The client configurations in demo/nomad name the same."
  type        = string
  default     = "us-east-1"
}

variable "vpc_cidr_block" {
  description = "Addresses of the network that is made for the tasks."
  type        = string
  default     = "10.0.0.0/16"
}

variable "allowed_cidr_blocks" {
  description = "From where the web server may be reached on port 80."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "message" {
  description = "What the web server answers. A new message is a new task definition revision."
  type        = string
  default     = "Hello from ECS, started by Nomad"
}

variable "assumable_role_arns" {
  description = "Roles through which the driver may call ECS: those of assume_role in the plugin block or a jobspec."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.assumable_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", arn))])
    error_message = "Each of assumable_role_arns is the ARN of an IAM role, as arn:aws:iam::123456789012:role/name."
  }
}

locals {
  # The name of the cluster and the task definition family in demo/nomad.
  name = "nomad-remote-driver-demo"
}

variable "exec_kms_key_arns" {
  description = "KMS keys that sessions of ECS Exec are encrypted with: those of the cluster's executeCommandConfiguration."
  type        = list(string)
  default     = []
}

variable "container_insights" {
  description = "Whether Container Insights, which AWS bills, measures CPU and memory of tasks for Nomad."
  type        = bool
  default     = false
}

variable "stats_metrics" {
  description = "Whether the driver may read metrics of CloudWatch, which AWS bills: for stats = \"metrics\"."
  type        = bool
  default     = false
}
