package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// parts are the headings of every section, in this order.
var parts = []string{"What it says", "Why it matters", "What to do", "How to silence it", "What it costs"}

func TestEveryCodeHasASectionWithAllParts(t *testing.T) {
	for _, code := range reconcile.Codes() {
		section, found := Finding(code.Code)
		if !found {
			t.Errorf("findings.md has no section %s", code.Code)
			continue
		}
		title, rest, _ := strings.Cut(section, "\n")
		if want := strings.ToUpper(code.Title[:1]) + code.Title[1:] + "."; title != want {
			t.Errorf("%s begins with %q, want %q", code.Code, title, want)
		}
		var headings []string
		for _, part := range strings.Split("\n"+rest, "\n### ")[1:] {
			heading, text, _ := strings.Cut(part, "\n")
			headings = append(headings, heading)
			if len(strings.TrimSpace(text)) < len("Nothing.") {
				t.Errorf("%s says nothing under %q", code.Code, heading)
			}
		}
		if !slices.Equal(headings, parts) {
			t.Errorf("%s has the parts %q, want %q", code.Code, headings, parts)
		}
		_, silence, _ := strings.Cut(rest, "### How to silence it")
		if refuses := strings.Contains(silence, "Not by severities or exceptions"); refuses != code.Fixed {
			t.Errorf("%s: says that no policy silences it: %v; is fixed: %v", code.Code, refuses, code.Fixed)
		}
	}
}

func TestEverySectionIsAboutAKnownCode(t *testing.T) {
	var sections, codes []string
	for _, heading := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(findings, -1) {
		sections = append(sections, heading[1])
	}
	for _, code := range reconcile.Codes() {
		codes = append(codes, code.Code)
	}
	if !slices.Equal(sections, codes) {
		t.Errorf("findings.md has the sections %q, want %q", sections, codes)
	}
}

func TestNoSectionForAnUnknownCode(t *testing.T) {
	for _, code := range []string{"", "AMI006", "AMI0", "AMI001 ", "ami001", "AMI999"} {
		if section, found := Finding(code); found {
			t.Errorf("%q has a section: %.40q", code, section)
		}
	}
}

// document is what the comment at the top of an example stands for, with the
// spec that the example itself leaves out.
type document struct {
	kind string // empty: the example is whole
	spec map[string]string
}

var (
	share     = document{"ImageShare", map[string]string{"owner": "data-images", "images": "{name: documented-*}", "launchPermissions": "[]"}}
	documents = map[string]document{
		"# policy.yaml":                               {"Policy", nil},
		"# the image share":                           share,
		"# one of the image shares":                   share,
		"# manifests/accounts.yaml, the OwnerAccount": {"OwnerAccount", map[string]string{"id": `"100020003000"`, "regions": "[us-east-1]"}},
		"# manifests/directory.yaml":                  {"Directory", nil},
		"apiVersion: amisync/v1":                      {"", nil},
	}
)

// The examples work in the example estate, which has the shares, accounts and
// units that they name.
func TestExamplesAreManifests(t *testing.T) {
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(findings, -1)
	if len(examples) < len(reconcile.Codes()) {
		t.Fatalf("%d examples", len(examples))
	}
	for _, example := range examples {
		first, _, _ := strings.Cut(example[1], "\n")
		document, known := documents[first]
		if !known {
			t.Errorf("what document is this?\n%s", example[1])
			continue
		}
		if err := compile(t, document, example[1]); err != nil {
			t.Errorf("%v in\n%s", err, example[1])
		}
	}
}

// compile reads the example as part of the example estate, in place of its policy
// or of its directories.
func compile(t *testing.T, d document, text string) error {
	if !strings.Contains(text, "apiVersion:") {
		text = "apiVersion: amisync/v1\nkind: " + d.kind + "\nmetadata: {name: documented}\n" + text
	}
	for key, value := range d.spec {
		if !strings.Contains(text, "\n  "+key+":") {
			text += "  " + key + ": " + value + "\n"
		}
	}
	estate := fstest.MapFS{}
	for _, name := range []string{"accounts.yaml", "directory.yaml", "images/base-al2023.yaml", "images/edge-proxy.yaml", "images/golden-eks-node.yaml", "images/acme-agent.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "manifests", name))
		if err != nil {
			t.Fatal(err)
		}
		estate[name] = &fstest.MapFile{Data: data}
	}
	file := "documented.yaml"
	switch {
	case strings.Contains(text, "kind: Directory"): // it may name anew who is named already
		clear(estate)
	case strings.Contains(text, "kind: Policy"):
		file = schema.PolicyFile
	}
	estate[file] = &fstest.MapFile{Data: []byte(text)}
	loaded, err := schema.Load(estate, "manifests")
	if err != nil {
		return err
	}
	_, err = loaded.CompileOwners(schema.Options{Rules: func(string) (func(reconcile.RuleSubject) (bool, error), error) {
		return func(reconcile.RuleSubject) (bool, error) { return false, nil }, nil
	}})
	return err
}
