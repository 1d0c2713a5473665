# Every target does its own set-up on a machine that has Go and make.
GO ?= go
FUZZTIME ?= 30s
SEEDS ?= 10000
FROM ?= 1
FUZZIN ?= .
BIN := bin/amisync

.PHONY: build demo test soak lint generate bench bench-docs clean mutants licences vulncheck fuzz screenshots

build: ## build bin/amisync
	$(GO) build -o $(BIN) ./cmd/amisync

demo: build ## plan, apply, plan again and find drift, against a simulated cloud
	$(GO) run ./internal/demo -amisync $(BIN) -cloud testdata/clouds/demo.yaml

test: ## every test that needs nothing but Go
	$(GO) test -timeout 20m ./...

soak: ## SEEDS random histories with faults and other actors, from seed FROM on (docs/reliability.md)
	GOGC=400 GODEBUG=tracebacklabels=1 $(GO) test ./internal/soak -run 'TestSoak$$' -count 1 -timeout 12h -v -soak.seed=$(FROM) -soak.n=$(SEEDS)

fuzz: ## every fuzz target below FUZZIN in turn, each for FUZZTIME; what one finds stays in its testdata/fuzz
	@grep -ro '^func Fuzz[A-Za-z]*' --include='*_test.go' $(FUZZIN) | sed 's|/[^/]*:func | |' | sort | while read -r package target; do \
		echo "$$package $$target"; \
		$(GO) test "$$package" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s || exit 1; \
	done

lint: ## vet, formatting, staticcheck
	$(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	cd tools && $(GO) vet ./... && $(GO) tool staticcheck ./...

generate: ## write the JSON Schemas and golden files anew
	$(GO) test ./schema ./cloud/simulator -run Schema -update
	$(GO) test ./report -update

screenshots: build ## take docs/images/report.png anew, of the example estate's plan (needs chromium)
	mkdir -p dist docs/images
	$(BIN) simulate --cloud testdata/clouds/demo.yaml -- $(BIN) plan --source-url https://github.com/acme/images/blob/main/ --format html=dist/report.html >/dev/null
	$(GO) test ./report -run TestPictureOfAReport -count 1 -page $(CURDIR)/dist/report.html -picture $(CURDIR)/docs/images/report.png

bench: ## measure ratios to bounds (docs/performance.md; BENCH='-only core', '-exact'); fails where one is missed
	mkdir -p dist
	$(GO) run ./internal/bench -json dist/bench.json $(BENCH)

bench-docs: ## the same, and its numbers into the table of docs/performance.md
	$(MAKE) bench BENCH='-markdown docs/performance.md $(BENCH)'

mutants: ## change the code in small ways and see whether tests notice (MUTANTS=-sample=40: some of the changes)
	cd tools && $(GO) run ./mutants -root .. $(MUTANTS)

licences: ## list the licences of what is linked, refuse others, and write their texts for releases
	cd tools && $(GO) run ./licences -root .. -texts ../dist/THIRD_PARTY_LICENSES

vulncheck: build ## look for known vulnerabilities in what is linked (needs the network)
	cd tools && $(GO) run ./vulncheck $(VULNCHECK) ../$(BIN)

clean:
	rm -rf bin dist
