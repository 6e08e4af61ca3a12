# `make` alone lists the targets. All that is needed beforehand is Node.js. demo, hack, e2e and
# bench-client also need Go or NOMAD=/path/to/nomad.

DENO_VERSION := 2.9.3
NOMAD_VERSIONS ?= 1.9.4 1.11.3
DENO := .tools/deno
# Colours stay where a person looks and has not said NO_COLOR.
COLOURS := $(if $(NO_COLOR),,env -u NO_COLOR)
export NO_COLOR ?= 1
export DENO_NO_UPDATE_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo terraform picture hack test e2e build plugin bench bench-client soak simulate starts mutants \
	fuzz neighbours check workflows imports fmt proto docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(if $(LIST),$(DENO),plugin) ## Show what the driver does on a real Nomad (CHAPTER=drain, LIST=1)
ifdef LIST
	@$(DENO) run --frozen -A demo/run.ts --list
else
	@nomad=$$(tools/nomad.sh 1.11.3) && $(COLOURS) $(DENO) run --frozen -A demo/run.ts --nomad "$$nomad" \
		$(addprefix --chapter ,$(CHAPTER))
endif

picture: plugin ## Record the demo, and draw docs/picture from it
	@nomad=$$(tools/nomad.sh 1.11.3) && mkdir -p .cache docs/picture && rm -f .cache/demo.jsonl && \
		$(DENO) run --frozen -A demo/run.ts --nomad "$$nomad" --record .cache/demo.jsonl \
		--chapter web --chapter exec --chapter drain --chapter outage
	@$(DENO) run --frozen -A tools/picture.ts .cache/demo.jsonl docs/picture/light.svg docs/picture/dark.svg

hack: plugin ## Leave a Nomad running with the plugin, its tool and a simulated AWS (JOB=my.nomad.hcl)
	@nomad=$$(tools/nomad.sh 1.11.3) && $(COLOURS) $(DENO) run --frozen -A demo/hack.ts --nomad "$$nomad" \
		$(if $(JOB),--job "$(JOB)")

terraform: $(DENO) ## Check demo/aws with OpenTofu and the AWS provider's schema (needs Go; fetches 46 MB once)
	@checker=$$(tools/terraform.sh) && CHECKER="$$checker" $(DENO) test --frozen -A tests/terraform

# Many tests wait for a plugin process, so twice as many files run at a time as there are cores.
test: $(DENO) ## Run every test that needs only npm
	@tools/build.sh plugin
	@DENO_JOBS=$${DENO_JOBS:-$$((2 * $$(nproc 2>/dev/null || echo 2)))} $(DENO) task test

e2e: plugin ## Run the tests on a real Nomad of each supported line (NOMAD_VERSIONS)
	@tools/e2e.sh $(NOMAD_VERSIONS)

build: $(DENO) ## Compile the plugin for each machine into dist/release, with checksums and SBOM
	@tools/build.sh all

plugin: $(DENO) ## Put an executable plugin for this machine at dist/nomad-driver-ecs
	@tools/build.sh plugin

bench: plugin ## Measure starts, watching and stops against the simulated ECS
	@$(DENO) run --frozen -A tests/bench/main.ts

bench-client: plugin ## Measure what a Nomad client pays for ECS tasks (TASKS=100, LOGS=off, SPEED=1)
	@NOMAD_EXECUTABLE=$$(tools/nomad.sh 1.11.3) $(DENO) run --frozen -A tests/bench/nomad_client.ts \
		--tasks $(or $(TASKS),100) --logs $(or $(LOGS),off) --speed $(or $(SPEED),1)

soak: plugin ## Run the long reliability tests
	@tools/soak.sh

simulate: $(DENO) ## Run the deterministic simulation (SEEDS=2000, FROM=1, TRACE=1)
	@$(DENO) run --frozen -A tests/simulation/main.ts --seeds $(or $(SEEDS),2000) --from $(or $(FROM),1) \
		$(if $(TRACE),--trace)

starts: $(DENO) ## Simulate many starts of one task, most of them cut off (SEEDS=2000, FROM=1, TRACE=1)
	@$(DENO) run --frozen -A tests/simulation/starts/main.ts --seeds $(or $(SEEDS),2000) --from $(or $(FROM),1) \
		$(if $(TRACE),--trace)

mutants: $(DENO) ## Break the driver in 46 places and show that the simulations notice
	@$(DENO) run --frozen -A tests/simulation/mutants.ts

fuzz: plugin ## Give the plugin inputs that nobody means to send (ARGS="--kind frame --from 7 --runs 1")
	@$(DENO) run --frozen -A tests/fuzz/main.ts $(ARGS)

neighbours: plugin ## Measure what the tasks of others feel of each hostile job
	@$(DENO) run --frozen -A tests/fuzz/neighbours.ts

check: $(DENO) ## Check formatting, lint, types and that what is generated is up to date
	@$(DENO) fmt --check
	@$(DENO) lint
	@$(DENO) check .
	@$(MAKE) --no-print-directory imports
	@$(DENO) run --frozen tools/reference.ts | diff docs/reference.md - || { echo 'docs/reference.md is out of date: run make docs' >&2; exit 1; }
	@$(DENO) run --frozen tools/troubleshooting.ts | diff docs/troubleshooting.md - || { echo 'docs/troubleshooting.md is out of date: run make docs' >&2; exit 1; }
	@mkdir -p .cache/gen && tools/proto.sh .cache/gen && diff -r .cache/gen src/gen && rm -rf .cache/gen

workflows: ## Check .github/workflows with actionlint (needs Go)
	@go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 $(ACTIONLINT_ARGS)

imports: $(DENO) ## List which room of src imports which, and fail on a circle or an arrow upward
	@$(DENO) run --frozen --allow-read --allow-write --allow-run tools/imports.ts

fmt: $(DENO) ## Format the code
	@$(DENO) fmt

proto: $(DENO) ## Regenerate src/gen from proto/
	@tools/proto.sh src/gen

docs: $(DENO) ## Regenerate docs/reference.md and docs/troubleshooting.md
	@$(DENO) run --frozen tools/reference.ts > docs/reference.md
	@$(DENO) run --frozen tools/troubleshooting.ts > docs/troubleshooting.md

clean: ## Remove what was built, but not the tools
	@rm -rf dist .cache

# Always asked, as a link's age says nothing of what it leads to; a matching Deno answers at once.
.PHONY: $(DENO)
$(DENO):
	@tools/deno.sh $(DENO_VERSION)
