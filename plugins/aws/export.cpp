#include "berth/export.hpp"

#include "provider.hpp"

// The rate lies under EC2's smallest per-region bucket for describes (10 a second refilled):
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
BERTH_EXPORT_CLOUD_PROVIDER(berth::aws::Provider, R"({
  "id": "aws",
  "version": "0.1.0",
  "name": "Amazon EC2",
  "interfaces": ["berth.cloud-provider/1", "berth.credential/1"],
  "concurrent": 64,
  "default_region": "us-east-1",
  "rate": {"requests": 100, "per_s": 10},
  "config": {
    "access_key_id": {"type": "string", "secret": true,
      "help": "access key id; without it, what AWS's own tools find: environment, ~/.aws, a role"},
    "secret_access_key": {"type": "string", "secret": true,
      "help": "the secret that belongs to access_key_id"},
    "session_token": {"type": "string", "secret": true,
      "help": "only for temporary keys: the token that came with them"},
    "profile": {"type": "string",
      "help": "a profile of ~/.aws/config or ~/.aws/credentials, instead of access_key_id"},
    "regions": {"type": "string_list", "default": [],
      "help": "regions to buy in, such as us-east-1, eu-central-1; empty: default_region only"},
    "endpoint": {"type": "string", "default": "https://ec2.{region}.{suffix}",
      "help": "EC2's address; {region} and {suffix} are filled in"},
    "pricing_endpoint": {"type": "string",
      "default": "https://api.pricing.{region}.{suffix}",
      "help": "the Price List's address; {region} becomes the one that has the list"},
    "sts_endpoint": {"type": "string", "default": "https://sts.{region}.{suffix}",
      "help": "STS's address; {region} and {suffix} are filled in"},
    "image": {"type": "string", "default": "",
      "help": "an AMI (ami-...) of one region and architecture, or debian-12, the default"},
    "subnet_id": {"type": "string", "default": "",
      "help": "subnet of every server; set zones to its zone as well; empty: the default subnets"},
    "security_group_ids": {"type": "string_list", "default": [],
      "help": "security groups of every server; empty: the default group, which lets no SSH in"},
    "key_name": {"type": "string", "default": "",
      "help": "an EC2 key pair that every server gets, beside the deployment's own SSH keys"},
    "zones": {"type": "string_list", "default": [],
      "help": "availability zones to buy in, such as us-east-1a; empty: all"},
    "instance_families": {"type": "string_list",
      "default": ["t3", "t3a", "t4g",
                  "m6i", "m6a", "m6g", "m7i", "m7a", "m7g", "m7i-flex",
                  "c6i", "c6a", "c6g", "c7i", "c7a", "c7g", "c7i-flex",
                  "r6i", "r6a", "r6g", "r7i", "r7a", "r7g"],
      "help": "families whose types are offered; an empty list offers every current family"}
  }
})");
