terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "certificate_arn" {
  type = string
}

variable "client_ranges" {
  description = "Who may connect: the ranges of Cloudflare when it is in front."
  type        = list(string)
}

variable "target_port" {
  description = "8080 for nginx, 3000 for the API servers themselves."
  type        = number
  default     = 8080
}

resource "aws_security_group" "longhaul" {
  name   = "longhaul-alb"
  vpc_id = var.vpc_id

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = var.client_ranges
  }

  egress {
    from_port   = var.target_port
    to_port     = var.target_port
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "longhaul" {
  name               = "longhaul"
  load_balancer_type = "application"
  subnets            = var.subnet_ids
  security_groups    = [aws_security_group.longhaul.id]

  # Shorter than the 65 s for which nginx and the API keep idle connections.
  idle_timeout      = 60
  client_keep_alive = 3600

  drop_invalid_header_fields = true
  preserve_host_header       = true
  xff_header_processing_mode = "append"
}

resource "aws_lb_target_group" "longhaul" {
  name                          = "longhaul"
  vpc_id                        = var.vpc_id
  port                          = var.target_port
  protocol                      = "HTTP"
  target_type                   = "ip"
  deregistration_delay          = 60
  load_balancing_algorithm_type = "least_outstanding_requests"

  # API servers share nothing, so no client needs to stay with one.
  stickiness {
    enabled = false
    type    = "lb_cookie"
  }

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.longhaul.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.longhaul.arn
  }
}
