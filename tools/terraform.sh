#!/bin/sh
# Prints a folder with what checks Terraform files without an AWS account and without a registry of
# providers: `tofu` (OpenTofu, built from its Go module), `terraform-provider-aws` (the AWS provider's
# schema alone, tools/terraform/provider) and `tofu.rc`, which joins the two. Kept in the user's cache.
set -eu
tofu=1.12.6
plugin_go=0.31.0
bindings=25.7.0

here=$(cd "$(dirname "$0")" && pwd)
deno=$here/../.tools/deno
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nomad-driver-ecs/terraform
built=$cache/tofu-$tofu
if [ ! -x "$built/tofu" ] && ! command -v go >/dev/null; then
  echo "OpenTofu $tofu needs building, and there is no Go on PATH: install Go" >&2
  exit 1
fi

. "$here/build_in_cache.sh"

# Two modules, so that OpenTofu is built with the very versions that it names. The replacement in its
# own go.mod does not carry over to a module that requires it.
mkdir "$work/tofu" "$work/provider"
cat >"$work/tofu/go.mod" <<MOD
module tofu-build

go 1.26.6

require github.com/opentofu/opentofu v$tofu

replace github.com/hashicorp/hcl/v2 v2.20.1 => github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828
MOD
cp "$here/terraform/provider/main.go" "$work/provider/"
cat >"$work/provider/go.mod" <<MOD
module provider

go 1.25.0

require github.com/hashicorp/terraform-plugin-go v$plugin_go
MOD

if [ ! -x "$built/tofu" ]; then
  echo "Building OpenTofu $tofu from its Go module (once; some minutes)" >&2
  build "OpenTofu $tofu" "$work/tofu" github.com/opentofu/opentofu/cmd/tofu "$built/tofu"
fi

# The provider and the schema depend on files here, so their folder has a name made from those files.
sum=$(cat "$0" "$here/build_in_cache.sh" "$here"/terraform/*.ts "$here/terraform/provider/main.go" | cksum | cut -d ' ' -f 1)
ready=$cache/checker-$bindings-$sum
if [ ! -e "$ready/tofu.rc" ]; then
  echo "Fetching the schema of Terraform's AWS provider from npm (once; 46 MB)" >&2
  (cd "$work" && npm pack --silent "@cdktn/provider-aws@$bindings" >/dev/null)
  mkdir "$work/ready"
  "$deno" run --frozen --allow-read --allow-write --allow-run=tar \
    "$here/terraform/schema.ts" "$work/cdktn-provider-aws-$bindings.tgz" "$work/ready/schema.json"
  build "the provider" "$work/provider" . "$work/ready/terraform-provider-aws"
  ln -s "$built/tofu" "$work/ready/tofu"
  cat >"$work/ready/tofu.rc" <<RC
provider_installation {
  dev_overrides {
    "hashicorp/aws" = "$ready"
  }
}
disable_checkpoint = true
RC
  rm -rf "$ready"
  mv "$work/ready" "$ready"
fi
echo "$ready"
