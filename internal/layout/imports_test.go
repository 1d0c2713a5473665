package layout

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/amisync/amisync"

// rule says what the packages of a directory may import besides the standard
// library. A name ending in /... stands for the package and all below it.
type rule struct {
	directory string   // and all below, unless another rule is nearer
	product   []string // of this module, by directory
	foreign   []string // of other modules, by import path; "*" is all but the sdks
	why       string
}

// all is every package of this module.
const all = "..."

// forAll is a package that every other may import: it adds to the standard
// library, and knows nothing of the product.
const forAll = "internal/lazy"

// sdks are modules that one directory alone may use: those of the clouds, by
// whose adapter, that of GitHub, and the language of conditions.
var sdks = map[string]string{
	"github.com/google/go-github/...": "internal/github",
	"cel.dev/...":                     "internal/rules",
	"github.com/aws/...":              "cloud/aws",
	"github.com/aliyun/...":           "cloud/alibaba",
	"github.com/alibabacloud-go/...":  "cloud/alibaba",
}

var rules = []rule{
	{"principal", nil, nil,
		"principals and ids are the words that everything else is said in: a leaf that needs nothing"},
	{"reconcile", []string{"principal", "reconcile/..."}, []string{"golang.org/x/..."},
		"the engine is pure: clouds, YAML, flags and rendering come to it through values and ports"},
	{"schema", []string{"principal", "reconcile", "internal/strictyaml"}, []string{"gopkg.in/yaml.v3", "github.com/invopop/jsonschema"},
		"manifests can be checked anywhere, without a cloud and without credentials"},
	{"cloud/aws", []string{"principal", "reconcile"}, []string{"github.com/aws/...", "golang.org/x/..."},
		"an adapter knows the engine's values and its own cloud, and no other adapter"},
	{"cloud/simulator", []string{"internal/strictyaml"}, []string{"gopkg.in/yaml.v3"},
		"the simulator judges the product, so it shares no idea of the cloud with it"},
	{"report", []string{"principal", "reconcile", "reconcile/run", "report/..."}, []string{"golang.org/x/..."},
		"what is printed comes from plain values: nothing is read or decided while rendering"},
	{"internal/strictyaml", nil, []string{"gopkg.in/yaml.v3"},
		"reading YAML strictly is a tool of its own: product and simulator share it, and only it"},
	{"internal/bench", []string{"principal", "reconcile/...", "schema", "report/...", "internal/...", "cloud/simulator"}, []string{"*"},
		"benchmarks measure the product's parts, and the whole against a simulated cloud"},
	{"internal/demo", []string{"cloud/simulator"}, nil,
		"the demo makes a cloud to try the product on"},
	{"internal/layout", nil, nil,
		"it holds the rules"},
	{"internal/lazy", nil, nil,
		"every package may import it, so it imports none"},
	{"internal/revision", nil, nil,
		"reading a directory at a revision needs git, and nothing of the product"},
	{"internal/rules", []string{"principal", "reconcile", "internal/strictyaml"}, []string{"cel.dev/cel-go/..."},
		"conditions look at one change, and nothing but this package knows the language that they are written in"},
	{"docs", nil, nil,
		"pages for people, which commands print as they are"},
	{"internal", []string{"principal", "reconcile/...", "schema", "report/...", "internal/..."}, []string{"*"},
		"what only commands need stays on this side of the ports: no adapter, no command"},
	{"cmd/amisync", []string{all}, []string{"*"},
		"commands put everything together; only adapters speak to clouds"},
}

// ruleOf returns the nearest rule for a directory, or nil.
func ruleOf(directory string) *rule {
	var nearest *rule
	for i := range rules {
		if r := &rules[i]; within(directory, r.directory) && (nearest == nil || len(r.directory) > len(nearest.directory)) {
			nearest = r
		}
	}
	return nearest
}

func within(path, tree string) bool { return path == tree || strings.HasPrefix(path, tree+"/") }

// matches reports whether the path is the pattern, or within its tree.
func matches(pattern, path string) bool {
	tree, isTree := strings.CutSuffix(pattern, "/...")
	return pattern == all || path == pattern || isTree && within(path, tree)
}

func oneOf(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
}

// complaint says why the package in a directory must not import the path; ""
// where it may.
func complaint(directory, path string) string {
	r := ruleOf(directory)
	if r == nil {
		return fmt.Sprintf("%s: no rule says what it may import; add one to internal/layout", directory)
	}
	no := func(why string) string { return fmt.Sprintf("%s must not import %s: %s", directory, path, why) }
	if within(path, module) {
		target := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		switch {
		case within(target, "cmd"):
			return no("commands are where everything ends; what others need of them belongs elsewhere")
		case target == forAll:
			return ""
		case within(target, "internal/rules") && directory != "cmd/amisync":
			return no("only cmd/amisync chooses what compiles conditions; to others they are functions")
		case !oneOf(r.product, target):
			return no(r.why)
		}
		return ""
	}
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, sdk := range slices.Sorted(maps.Keys(sdks)) {
		if matches(sdk, path) && !within(directory, sdks[sdk]) {
			return no("only " + sdks[sdk] + " may")
		}
	}
	if !slices.Contains(r.foreign, "*") && !oneOf(r.foreign, path) {
		return no(r.why)
	}
	return ""
}

// imports reads what every package of the module imports, by directory; test
// files, test data and other modules are left out.
func imports(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			_, noModule := os.Stat(filepath.Join(path, "go.mod"))
			if path != root && (noModule == nil || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		relative, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		directory := filepath.ToSlash(relative)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		found[directory] = append(found[directory], "unsafe") // so that a package without imports is seen too
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[directory] = append(found[directory], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for directory := range found {
		slices.Sort(found[directory])
		found[directory] = slices.Compact(found[directory])
	}
	return found
}

func TestImportsGoOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if line, _, _ := strings.Cut(string(data), "\n"); err != nil || line != "module "+module {
		t.Fatalf("the module is not %s: %q, %v", module, line, err)
	}
	found := imports(t, root)
	used := map[string]bool{}
	for _, directory := range slices.Sorted(maps.Keys(found)) {
		if r := ruleOf(directory); r != nil {
			used[r.directory] = true
		}
		for _, path := range found[directory] {
			if says := complaint(directory, path); says != "" {
				t.Error(says)
			}
		}
	}
	for _, r := range rules {
		if !used[r.directory] && r.directory != "internal" {
			t.Errorf("the rule for %s covers no package: take it out, or correct its directory", r.directory)
		}
	}
	for directory, path := range map[string]string{ // edges that are known to be there
		"reconcile/run": module + "/reconcile/guard", "cloud/aws": "github.com/aws/aws-sdk-go-v2/service/ec2", "schema": "gopkg.in/yaml.v3", "cmd/amisync": module + "/cloud/aws",
	} {
		if !slices.Contains(found[directory], path) {
			t.Errorf("%s is not seen to import %s: this test looks in the wrong place", directory, path)
		}
	}
}

func TestWhatTheRulesForbidAndAllow(t *testing.T) {
	for _, c := range []struct {
		directory, path string
		says            string // "" where it is allowed
	}{
		{"principal", "strings", ""},
		{"principal", module + "/internal/lazy", ""},
		{"cloud/simulator", module + "/internal/lazy", ""},
		{"internal/lazy", module + "/principal", "it imports none"},
		{"internal/lazy", "gopkg.in/yaml.v3", "it imports none"},
		{"principal", module + "/reconcile", "a leaf"},
		{"principal", "gopkg.in/yaml.v3", "a leaf"},
		{"reconcile", module + "/principal", ""},
		{"reconcile/run", module + "/reconcile/guard", ""},
		{"reconcile/run", "golang.org/x/sync/errgroup", ""},
		{"reconcile", "gopkg.in/yaml.v3", "the engine is pure"},
		{"reconcile/guard", module + "/schema", "the engine is pure"},
		{"reconcile/run", module + "/cloud/aws", "the engine is pure"},
		{"reconcile/access", "github.com/urfave/cli/v2", "the engine is pure"},
		{"reconcile/run", "github.com/aws/aws-sdk-go-v2/aws", "only cloud/aws"},
		{"reconcile", module + "/internal/strictyaml", "the engine is pure"},
		{"schema", module + "/reconcile", ""},
		{"schema", module + "/reconcile/run", "without a cloud"},
		{"schema", module + "/cloud/aws", "without a cloud"},
		{"schema", module + "/report", "without a cloud"},
		{"cloud/aws", "github.com/aws/smithy-go", ""},
		{"cloud/aws", module + "/cloud/simulator", "no other adapter"},
		{"cloud/aws", module + "/schema", "no other adapter"},
		{"cloud/aws", "github.com/aliyun/alibaba-cloud-sdk-go/sdk", "only cloud/alibaba"},
		{"cloud/simulator", module + "/internal/strictyaml", ""},
		{"cloud/simulator", module + "/principal", "shares no idea"},
		{"cloud/simulator", "github.com/aws/aws-sdk-go-v2/service/ec2/types", "only cloud/aws"},
		{"report", module + "/reconcile/run", ""},
		{"report/html", module + "/report", ""},
		{"report", module + "/reconcile/guard", "plain values"},
		{"report", module + "/schema", "plain values"},
		{"report", "github.com/urfave/cli/v2", "plain values"},
		{"internal/strictyaml", module + "/principal", "a tool of its own"},
		{"internal/github", module + "/report", ""},
		{"internal/github", "github.com/google/go-github/v80/github", ""},
		{"cmd/amisync", "github.com/google/go-github/v89/github", "only internal/github"},
		{"internal/github", module + "/cloud/aws", "no adapter"},
		{"internal/github", "github.com/aws/aws-sdk-go-v2/aws", "only cloud/aws"},
		{"internal/github", module + "/cmd/amisync", "where everything ends"},
		{"internal/rules", "cel.dev/cel-go/cel", ""},
		{"internal/rules", module + "/internal/strictyaml", ""},
		{"internal/rules", module + "/schema", "one change"},
		{"internal/github", module + "/internal/rules", "only cmd/amisync"},
		{"internal/github", "cel.dev/cel-go/cel", "only internal/rules"},
		{"schema", module + "/internal/rules", "only cmd/amisync"},
		{"cmd/amisync", module + "/internal/rules", ""},
		{"cmd/amisync", module + "/cloud/simulator", ""},
		{"cmd/amisync", "github.com/aws/aws-sdk-go-v2/config", "only cloud/aws"},
		{"cmd/other", "fmt", "no rule"},
		{"cloud/azure", "fmt", "no rule"},
		{"engine", "fmt", "no rule"},
		{"principals", "fmt", "no rule"},
		{".", "fmt", "no rule"},
	} {
		says := complaint(c.directory, c.path)
		if (says == "") != (c.says == "") || !strings.Contains(says, c.says) {
			t.Errorf("%s importing %s: %q, want %q", c.directory, c.path, says, cmp.Or(c.says, "nothing"))
		}
	}
}
