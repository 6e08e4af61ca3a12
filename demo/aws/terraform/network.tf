data "aws_availability_zones" "available" {
  state = "available"

  # The zones without Fargate, by AWS's documentation; use1-az3 has none for ARM64.
  exclude_zone_ids = ["use1-az3", "usw1-az2", "apne1-az3", "cac1-az3", "cac1-az4", "cnn1-az3", "cnn1-az4"]

  # No Local Zones, which an account may have opted in to.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

resource "aws_vpc" "demo" {
  cidr_block           = var.vpc_cidr_block
  enable_dns_hostnames = true
}

resource "aws_subnet" "demo" {
  count = 2

  vpc_id            = aws_vpc.demo.id
  cidr_block        = cidrsubnet(var.vpc_cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_internet_gateway" "demo" {
  vpc_id = aws_vpc.demo.id
}

resource "aws_route_table" "demo" {
  vpc_id = aws_vpc.demo.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.demo.id
  }
}

resource "aws_route_table_association" "demo" {
  count = 2

  subnet_id      = aws_subnet.demo[count.index].id
  route_table_id = aws_route_table.demo.id
}

resource "aws_security_group" "demo" {
  name        = local.name
  description = "Tasks of the Nomad ECS driver demo"
  vpc_id      = aws_vpc.demo.id

  ingress {
    description = "The web server"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = var.allowed_cidr_blocks
  }

  egress {
    description = "Image pulls and logs"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
