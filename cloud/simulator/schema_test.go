package simulator_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// onlyTheLoaderKnows names files in testdata/bad whose mistakes a schema cannot see.
var onlyTheLoaderKnows = map[string]string{
	"duplicates.yaml":      "two items with the same key",
	"key-regions.yaml":     "what other parts of the file define",
	"role-policy.yaml":     "JSON in a text",
	"references.yaml":      "what other parts of the file define",
	"sharing.yaml":         "fields that exclude each other",
	"nothing.yaml":         "a file with a base may leave out everything",
	"off.yaml":             "a word that only some readers take for text",
	"two-documents.yaml":   "more than one document",
	"overlay.yaml":         "paths",
	"overlay-missing.yaml": "which files there are",
	"overlay-regions.yaml": "what may be overlaid",
	"overlay-twice.yaml":   "what stands in the base",
}

func TestSchemaAndLoaderAgree(t *testing.T) {
	schema := compileSchema(t)
	good := append(files(t, "testdata/good/*.yaml"), files(t, "../../testdata/clouds/*.yaml")...)
	for _, path := range good {
		if _, err := simulator.Load(path); err != nil {
			t.Errorf("%s: the loader refuses it:\n%v", path, err)
		}
		if err := schema.Validate(plainYAML(t, path)); err != nil {
			t.Errorf("%s: the schema refuses it:\n%v", path, err)
		}
	}
	for _, path := range files(t, "testdata/bad/*.yaml") {
		why, loaderOnly := onlyTheLoaderKnows[filepath.Base(path)]
		if err := schema.Validate(plainYAML(t, path)); (err == nil) != loaderOnly {
			t.Errorf("%s: the schema says %v; only the loader should know %q", path, err, why)
		}
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(simulator.Schema()))
	must(t, err)
	compiler := jsonschema.NewCompiler()
	must(t, compiler.AddResource("cloud.schema.json", document))
	schema, err := compiler.Compile("cloud.schema.json")
	must(t, err)
	return schema
}

// plainYAML reads the first document of a file as editors do.
func plainYAML(t *testing.T, path string) any {
	data, err := os.ReadFile(path)
	must(t, err)
	var value any
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&value); err != io.EOF {
		must(t, err)
	}
	return datesAsText(value)
}

// datesAsText undoes what yaml.v3 does to unquoted dates; editors leave them alone.
func datesAsText(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.Format(time.RFC3339)
	case map[string]any:
		for key := range v {
			v[key] = datesAsText(v[key])
		}
	case []any:
		for n := range v {
			v[n] = datesAsText(v[n])
		}
	}
	return value
}
