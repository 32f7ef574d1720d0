terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.0"
    }
  }
}

variable "zone_id" {
  type = string
}

variable "host" {
  description = "Name at which clients reach Longhaul."
  type        = string
}

variable "origin" {
  description = "Name of the load balancer or of nginx."
  type        = string
}

locals {
  is_longhaul = "http.host eq \"${var.host}\""
}

resource "cloudflare_dns_record" "longhaul" {
  zone_id = var.zone_id
  name    = var.host
  type    = "CNAME"
  content = var.origin
  proxied = true
  ttl     = 1
}

# Answers belong to one user, so nothing below /v1/ is cached.
resource "cloudflare_ruleset" "cache" {
  zone_id = var.zone_id
  name    = "Longhaul: no cache of answers"
  kind    = "zone"
  phase   = "http_request_cache_settings"
  rules = [
    {
      ref         = "longhaul_no_cache"
      description = "Answers and archives belong to one user"
      expression  = "(${local.is_longhaul} and starts_with(http.request.uri.path, \"/v1/\"))"
      action      = "set_cache_settings"
      action_parameters = {
        cache = false
      }
    },
  ]
}

# Operators and probes come from inside.
resource "cloudflare_ruleset" "firewall" {
  zone_id = var.zone_id
  name    = "Longhaul: firewall"
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  rules = [
    {
      ref         = "longhaul_inside"
      description = "Operators and probes come from inside"
      expression  = "(${local.is_longhaul} and (starts_with(http.request.uri.path, \"/v1/admin\") or http.request.uri.path in {\"/metrics\" \"/readyz\" \"/livez\"}))"
      action      = "block"
    },
    {
      ref         = "longhaul_ids"
      description = "File ids and names look like attacks to rules that read bodies"
      expression  = "(${local.is_longhaul} and starts_with(http.request.uri.path, \"/v1/download/\") and http.request.method eq \"POST\")"
      action      = "skip"
      action_parameters = {
        phases = ["http_request_firewall_managed"]
      }
    },
  ]
}

# The shared gate: the API counts requests per process.
resource "cloudflare_ruleset" "rate" {
  zone_id = var.zone_id
  name    = "Longhaul: starts by address"
  kind    = "zone"
  phase   = "http_ratelimit"
  rules = [
    {
      ref         = "longhaul_starts"
      description = "100 starts a minute and address"
      expression  = "(${local.is_longhaul} and starts_with(http.request.uri.path, \"/v1/download/\") and http.request.method eq \"POST\")"
      action      = "block"
      ratelimit = {
        characteristics     = ["cf.colo.id", "ip.src"]
        period              = 60
        requests_per_period = 100
        mitigation_timeout  = 60
      }
    },
  ]
}

resource "cloudflare_zone_setting" "longhaul" {
  for_each = {
    ssl        = "strict"
    websockets = "on"
    http3      = "on"
  }
  zone_id    = var.zone_id
  setting_id = each.key
  value      = each.value
}

# Otherwise anybody who knows the origin's address may claim any client address.
resource "cloudflare_authenticated_origin_pulls_settings" "longhaul" {
  zone_id = var.zone_id
  enabled = true
}
