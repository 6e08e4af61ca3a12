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

locals {
  # The name of the cluster and the task definition family in demo/nomad.
  name = "nomad-remote-driver-demo"
}
