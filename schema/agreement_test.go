package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/amisync/amisync/internal/strictyaml"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// onlyTheLoaderKnows are the problems that the JSON Schema cannot see: they
// need more than one document, more than a pattern, or what stood in the text
// before it became values. A kind limits an entry to documents of that kind.
var onlyTheLoaderKnows = []struct{ kind, text string }{
	{"", `unknown owner "`},
	{"", `unknown account "`},
	{"", `unknown organization "`},
	{"", `unknown organizationalUnit "`},
	{"", `unknown group "`},
	{KindImageShare, "is not an AWS account id"}, // a name may stand there
	{KindImageShare, "is not the ARN of an AWS"},
	{KindPolicy, "is not an AWS account id"},
	{KindPolicy, "is not an AWS image id"}, // a name may begin so
	{"", `unknown image share "`},
	{"", "this exception is listed twice"},
	{"", "this entry is listed twice"},
	{KindPolicy, `share "two" is listed twice`},
	{KindPolicy, `rule "same" is listed twice`},
	{KindPolicy, "a question"}, // of the rule compiler
	{"", "is not among those of"},
	{"", "is in partition"},
	{"", "the role belongs to account"},
	{"", "there are two"},
	{"", "there is more than one Policy"},
	{"", "stands in the wrong file"},
	{"", "has a name already"},
	{"", "is the owner account"},
	{"", "is the owner, who may always launch"},
	{"", "claim the same images"},
	{"", "contains itself"},
	{KindDirectory, "is listed twice"},
	{"", "account 210987654321 is listed twice"},
	{"", `account "payments" (210987654321) is listed twice`},
	{"", `group "team" is listed twice`},
	{"", "public is listed twice"},
	{"", "image ami-1a2b3c43 is listed twice"},
	{"", "environment variable NOT_SET_ANYWHERE"},
	{"", "would be taken for a principal's id"},
	{KindDirectory, "cannot be a name"},
	{"", "a tag needs a key"},
	{"", `"2027-02-30" is not a date`},
	{"", "the key \"7\" must be text"},
	{"", "by some tools"},
}

func TestJSONSchemaAndLoaderAgree(t *testing.T) {
	schema := compileJSONSchema(t)
	for _, sort := range []string{"good", "bad"} {
		for _, name := range fixtures(t, sort) {
			t.Run(sort+"/"+name, func(t *testing.T) { agree(t, schema, sort, name) })
		}
	}
}

func agree(t *testing.T, schema *validator.Schema, sort, name string) {
	problems := problemsOf(t, sort, name)
	fsys := os.DirFS(path.Join(manifests, sort, name))
	files, err := Files(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(path.Join(manifests, sort, name, file))
		if err != nil {
			t.Fatal(err)
		}
		display := path.Join("manifests", file)
		documents, broken := strictyaml.Parse(display, data)
		if len(broken) > 0 {
			continue // not what a JSON Schema can judge
		}
		for i, document := range documents {
			if strictyaml.Empty(document) {
				continue
			}
			last := bytes.Count(data, []byte("\n")) + 1
			if i+1 < len(documents) {
				last = documents[i+1].Line - 1
			}
			expected := false
			for _, p := range problems {
				within := p.File == display && p.Line >= document.Line && p.Line <= last
				expected = expected || within && seenBySchema(strictyaml.Get(document, "kind"), p)
			}
			verdict := schema.Validate(plain(strictyaml.Root(document)))
			if expected && verdict == nil {
				t.Errorf("%s:%d: the loader refuses the document, the JSON Schema accepts it", display, document.Line)
			}
			if !expected && verdict != nil {
				t.Errorf("%s:%d: the JSON Schema refuses the document, the loader accepts it or alone should know: %v", display, document.Line, verdict)
			}
		}
	}
}

func seenBySchema(kind *yaml.Node, p strictyaml.Problem) bool {
	for _, entry := range onlyTheLoaderKnows {
		if strings.Contains(p.Message, entry.text) && (entry.kind == "" || kind != nil && kind.Value == entry.kind) {
			return false
		}
	}
	return true
}

func problemsOf(t *testing.T, sort, name string) strictyaml.Problems {
	t.Helper()
	_, err := loadAndCompile(t, sort, name)
	problems, ok := errors.AsType[strictyaml.Problems](err)
	if err != nil && !ok {
		t.Fatalf("not Problems: %v", err)
	}
	return problems
}

func compileJSONSchema(t *testing.T) *validator.Schema {
	t.Helper()
	value, err := validator.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("amisync.schema.json", value); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("amisync.schema.json")
}

// plain is a YAML value as JSON tools see it: dates are text to them.
func plain(node *yaml.Node) any {
	switch node.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			object[node.Content[i].Value] = plain(node.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			list = append(list, plain(item))
		}
		return list
	}
	switch node.Tag {
	case "!!int", "!!float":
		return json.Number(node.Value)
	case "!!bool":
		return node.Value == "true"
	case "!!null":
		return nil
	}
	return node.Value
}
