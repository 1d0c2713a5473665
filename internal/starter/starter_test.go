package starter

import (
	"bytes"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// anyOptions are options as a command hands them on.
var anyOptions = rapid.Custom(func(t *rapid.T) Options {
	partitions := [][]string{{"us-east-1", "eu-west-1", "ap-southeast-4"}, {"cn-north-1", "cn-northwest-1"}, {"us-gov-west-1"}}
	options := Options{Workflows: rapid.Bool().Draw(t, "workflows"), CodeOwners: rapid.Bool().Draw(t, "code owners")}
	if rapid.Bool().Draw(t, "with account") {
		options.Account = rapid.StringMatching(`[0-9]{12}`).Draw(t, "account")
	}
	if rapid.Bool().Draw(t, "with regions") {
		regions := rapid.SampledFrom(partitions).Draw(t, "regions")
		options.Regions = regions[:rapid.IntRange(1, len(regions)).Draw(t, "number of regions")]
	}
	if options.Account != "" && rapid.Bool().Draw(t, "with role") {
		options.Role = "arn:" + options.Partition() + ":iam::" + options.Account + ":role/" + rapid.StringMatching(`[!-~]{1,20}`).Draw(t, "role")
	}
	return options
})

func files(t rapid.TB, options Options) map[string][]byte {
	all, err := Files(options)
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string][]byte{}
	for _, file := range all {
		contents[file.Path] = file.Content
	}
	if len(contents) != len(all) || !slices.IsSortedFunc(all, func(a, b File) int { return strings.Compare(a.Path, b.Path) }) {
		t.Fatalf("the files are not sorted, or a path is there twice")
	}
	return contents
}

func compile(t rapid.TB, contents map[string][]byte) *reconcile.Declarations {
	fsys := fstest.MapFS{}
	for name, content := range contents {
		if inside, isManifest := strings.CutPrefix(name, "manifests/"); isManifest {
			fsys[inside] = &fstest.MapFile{Data: content}
		}
	}
	estate, err := schema.Load(fsys, "manifests")
	if err != nil {
		t.Fatal(err)
	}
	declarations, err := estate.Compile(schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return declarations
}

func TestTheStarterIsValidAndSaysWhatTheOptionsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := anyOptions.Draw(t, "options")
		owners := compile(t, files(t, options)).Owners
		if len(owners) != 1 {
			t.Fatalf("%d owners, want 1", len(owners))
		}
		owner, regions := owners[0], slices.Clone(options.Regions)
		if len(regions) == 0 {
			regions = options.PlaceholderRegions()
		}
		slices.Sort(regions)
		if options.Account != "" && owner.Account != options.Account || owner.Role != options.Role || !slices.Equal(owner.Regions, regions) {
			t.Fatalf("the owner is %+v", owner)
		}
	})
}

func TestTheStarterIsInCanonicalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for name, content := range files(t, anyOptions.Draw(t, "options")) {
			if path.Ext(name) != ".yaml" {
				continue
			}
			if formatted, err := schema.Format(name, content); err != nil || !bytes.Equal(formatted, content) {
				t.Fatalf("%s: %v\n%s\nis formatted as\n%s", name, err, content, formatted)
			}
		}
	})
}

func TestTheStarterGivesAndTakesNothing(t *testing.T) {
	declarations := compile(t, files(t, Options{}))
	for _, share := range declarations.Shares {
		if share.Mode != reconcile.Additive || len(share.Grants) != 0 {
			t.Errorf("share %s is %s and grants %v", share.Share, share.Mode, share.Grants)
		}
	}
}

func TestTheStartersPolicyIsTheOneInForceWithoutIt(t *testing.T) {
	policy, defaults := compile(t, files(t, Options{})).Policy, reconcile.DefaultPolicy()
	if policy.AllowPublic != defaults.AllowPublic || policy.Revokes != defaults.Revokes {
		t.Errorf("the policy is %+v, the default %+v", policy, defaults)
	}
	if policy.Allow != nil || len(policy.PublicShares)+len(policy.Protect)+len(policy.Severities)+len(policy.Exceptions)+len(policy.Ignore)+len(policy.Rules) > 0 {
		t.Errorf("the policy says more than the default: %+v", policy)
	}
}

// commentedOut is a line that takes part once its # is removed.
var commentedOut = regexp.MustCompile(`(?m)^( +)# ( *(?:- .*|[\w/-]+:(?: .*)?))$`)

func TestWhatIsCommentedOutIsValidToo(t *testing.T) {
	contents := files(t, Options{})
	for name, content := range contents {
		content = commentedOut.ReplaceAll(content, []byte("$1$2"))
		contents[name] = bytes.ReplaceAll(content, []byte("  launchPermissions: []\n"), nil)
	}
	declarations := compile(t, contents)
	if owner := declarations.Owners[0]; owner.Role == "" || owner.ExternalID == "" {
		t.Errorf("role and external id are not among what is commented out: %+v", owner)
	}
	if share := declarations.Shares[0]; len(share.Grants) != 3 || share.Selector.Newest == 0 || len(share.Selector.Tags) == 0 {
		t.Errorf("the share is %+v", share)
	}
	if policy := declarations.Policy; len(policy.Protect) != 1 || len(policy.Ignore) != 1 {
		t.Errorf("the policy is %+v", policy)
	}
}

func TestEveryManifestNamesTheSchemaAndKeepsIt(t *testing.T) {
	contents := files(t, Options{})
	manifests := 0
	for name, content := range contents {
		if !strings.HasPrefix(name, "manifests/") || path.Ext(name) != ".yaml" {
			continue
		}
		manifests++
		line, _, _ := strings.Cut(string(content), "\n")
		relative, isModeline := strings.CutPrefix(line, "# yaml-language-server: $schema=")
		text, there := contents[path.Join(path.Dir(name), relative)]
		if !isModeline || !there {
			t.Fatalf("%s begins with %q, which leads to no file", name, line)
		}
		var value any
		if err := yaml.Unmarshal(content, &value); err != nil {
			t.Fatal(err)
		}
		if err := compileSchema(t, text).Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if manifests != 4 {
		t.Errorf("%d manifests, want 4", manifests)
	}
}

func compileSchema(t *testing.T, text []byte) *validator.Schema {
	t.Helper()
	value, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("schema.json", value); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("schema.json")
}

func TestPlaceholdersAreMarked(t *testing.T) {
	const mark = "CHANGE THIS"
	for _, c := range []struct {
		options Options
		marks   int
	}{{Options{}, 2}, {Options{Account: "222233334444"}, 1}, {Options{Account: "222233334444", Regions: []string{"eu-west-1"}}, 0}} {
		if marks := strings.Count(string(files(t, c.options)[accounts]), mark); marks != c.marks {
			t.Errorf("with %+v there are %d marks, want %d", c.options, marks, c.marks)
		}
	}
	if err := principal.CheckAccount(principal.AWS, compile(t, files(t, Options{})).Owners[0].Account); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"manifests/directory.yaml", "manifests/images/example.yaml", ".github/CODEOWNERS"} {
		if !strings.Contains(string(files(t, Options{CodeOwners: true})[name]), mark) {
			t.Errorf("%s holds placeholders without a mark", name)
		}
	}
}

func TestCodeOwnersComeOnlyWhereTheyAreWanted(t *testing.T) {
	lines, err := CodeOwners()
	if err != nil || len(lines) != 2 {
		t.Errorf("%q, %v", lines, err)
	}
	for _, wanted := range []bool{false, true} {
		content, found := files(t, Options{CodeOwners: wanted})[".github/CODEOWNERS"]
		if found != wanted || found && !strings.Contains(string(content), "\n"+strings.Join(lines, "\n")+"\n") {
			t.Errorf("code owners wanted: %v, found: %v, %s", wanted, found, content)
		}
	}
}

func TestWorkflowsComeOnlyWhereTheyAreWanted(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		found := 0
		for name := range files(t, Options{Workflows: wanted}) {
			if strings.HasPrefix(name, workflows) {
				found++
			}
		}
		if (found > 0) != wanted {
			t.Errorf("workflows wanted: %v, found: %d", wanted, found)
		}
	}
}

// readingTwin is the owner that takes the place of the one in the manifests.
func readingTwin(t rapid.TB, contents map[string][]byte) reconcile.Owner {
	overlaid := maps.Clone(contents)
	overlaid[accounts] = contents[readers]
	return compile(t, overlaid).Owners[0]
}

func TestTheWorkflowsThatReadGetARoleOfTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := anyOptions.Draw(t, "options")
		contents := files(t, options)
		wanted := options.Workflows && options.Role != ""
		for _, name := range []string{"amisync-plan.yml", "amisync-drift.yml"} {
			content := string(contents[workflows+name])
			if strings.Contains(content, "\n"+overlay) != wanted || strings.Contains(content, "\n"+noOverlay) != (options.Workflows && !wanted) {
				t.Fatalf("%s, with the overlay wanted: %v\n%s", name, wanted, content)
			}
		}
		if _, found := contents[readers]; found != wanted {
			t.Fatalf("readers wanted: %v, found: %v", wanted, found)
		}
		if !wanted {
			return
		}
		want := compile(t, contents).Owners[0]
		want.Role += "-read"
		twin := readingTwin(t, contents)
		twin.Source = want.Source
		if !reflect.DeepEqual(twin, want) {
			t.Fatalf("the twin is %+v, want %+v", twin, want)
		}
	})
}
