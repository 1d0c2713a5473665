# Every target does its own set-up on a machine that has Go and make.
GO ?= go
BIN := bin/amisync

.PHONY: build demo test lint generate bench clean

build: ## build bin/amisync
	$(GO) build -o $(BIN) ./cmd/amisync

demo: build ## plan, apply, plan again and find drift, against a simulated cloud
	$(GO) run ./internal/demo -amisync $(BIN) -cloud testdata/clouds/demo.yaml

test: ## every test that needs nothing but Go
	$(GO) test -timeout 20m ./...

lint: ## vet, formatting, staticcheck
	$(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	$(GO) tool -modfile=tools/go.mod staticcheck ./...

generate: ## write the JSON Schemas and golden files anew
	$(GO) test ./schema ./cloud/simulator -run Schema -update
	$(GO) test ./report -update

bench: ## time the core
	$(GO) test -run '^$$' -bench . -benchmem ./reconcile/... ./schema/...

clean:
	rm -rf bin dist
