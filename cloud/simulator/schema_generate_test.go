package simulator_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/invopop/jsonschema"
)

// TestSchemaIsWhatTheTypesSay writes the embedded schema anew with -update.
func TestSchemaIsWhatTheTypesSay(t *testing.T) {
	const path = "cloud.schema.json"
	want := generateSchema(t)
	if *update {
		must(t, os.WriteFile(path, want, 0o644))
		return
	}
	got, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the types say: go test ./cloud/simulator -run Schema -update", path)
	}
}

func generateSchema(t *testing.T) []byte {
	reflector := &jsonschema.Reflector{FieldNameTag: "yaml", Anonymous: true, Mapper: schemaOf}
	must(t, reflector.AddGoComments("github.com/amisync/amisync/cloud/simulator", "."))
	schema := reflector.Reflect(simulator.File{})
	schema.Title = "amisync cloud file"
	schema.Description = "What a simulated cloud holds when it starts, and how it behaves."
	text, err := json.MarshalIndent(schema, "", "  ")
	must(t, err)
	return append(text, '\n')
}

// schemaOf describes the types whose Go form says nothing of how they are written.
func schemaOf(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+([.][0-9]+)?(ns|us|ms|s|m|h))+$|^0$`}
	case reflect.TypeFor[simulator.Time]():
		return &jsonschema.Schema{
			Type:    "string",
			Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`,
		}
	}
	return nil
}
