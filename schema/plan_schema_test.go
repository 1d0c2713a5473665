package schema

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func TestPlanSchemaIsFresh(t *testing.T) {
	generated := generatePlanSchema(t)
	if *update {
		if err := os.WriteFile("plan.schema.json", generated, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(generated, PlanSchema()) {
		t.Error("plan.schema.json is not what the types say: go test ./schema -run Schema -update")
	}
}

func generatePlanSchema(t *testing.T) []byte {
	reflector := jsonschema.Reflector{AllowAdditionalProperties: true, Anonymous: true, Mapper: asText}
	for path, dir := range map[string]string{"reconcile": "../reconcile", "principal": "../principal"} {
		if err := reflector.AddGoComments("github.com/amisync/amisync/"+path, dir); err != nil {
			t.Fatal(err)
		}
	}
	schema := reflector.Reflect(reconcile.Plan{})
	schema.Title = "amisync plan"
	for name, optional := range map[string][]string{
		// What encoding/json leaves out by omitzero is not required.
		"Finding":   {"image", "principal", "source"},
		"Scope":     {"sample", "shard"},
		"SeenLane":  {"inspection"},
		"SeenImage": {"deprecated"},
	} {
		definition := schema.Definitions[name]
		definition.Required = slices.DeleteFunc(definition.Required, func(field string) bool { return slices.Contains(optional, field) })
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// asText is the schema of what is written as text.
func asText(t reflect.Type) *jsonschema.Schema {
	if t == reflect.TypeFor[reconcile.Part]() {
		return &jsonschema.Schema{Type: "string", Pattern: "^[0-9]+/[0-9]+$", Description: "Part is one of several parts, counted from 1, such as 2/7."}
	}
	return nil
}

func TestPlanSchemaAcceptsPlansAndRefusesOthers(t *testing.T) {
	compiler := validator.NewCompiler()
	document, err := validator.UnmarshalJSON(bytes.NewReader(PlanSchema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("plan.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text []byte) error {
		instance, err := validator.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(instance)
	}
	text, err := reconcile.EncodePlan(planOfEverything())
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(text); err != nil {
		t.Errorf("a plan: %v", err)
	}
	if err := valid(bytes.Replace(text, []byte("{"), []byte(`{"later_field": 1,`), 1)); err != nil {
		t.Errorf("a plan of a later minor version: %v", err)
	}
	for _, broken := range []string{`{}`, `[]`, string(bytes.Replace(text, []byte(`"digest"`), []byte(`"digset"`), 1))} {
		if valid([]byte(broken)) == nil {
			t.Errorf("accepted: %.60s", broken)
		}
	}
}

func planOfEverything() *reconcile.Plan {
	image := principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-0123456789abcdef0"}
	account := principal.Principal{Kind: principal.Account, ID: "210987654321"}
	declared := reconcile.Grant{Principal: account, Reason: "migration", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)}
	desired := []reconcile.Desired{{Image: reconcile.Image{Image: image, Name: "base-1", State: reconcile.Available}, Grants: []reconcile.Grant{declared}}}
	plan := &reconcile.Plan{
		At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Scope: reconcile.Scope{Principals: []principal.Principal{account}, Only: reconcile.OnlyGrants, Shard: reconcile.Part{Index: 2, Of: 3}},
		Changes:    reconcile.Diff(desired, reconcile.Observations{image: reconcile.Known([]principal.Principal{})}),
		Selection:  []reconcile.PlannedImage{{Image: reconcile.NamedImage{Image: image, Name: "base-1"}, Claims: []reconcile.Claim{{Share: "base", Rank: 1, Picked: true}}}},
		Findings:   []reconcile.Finding{{Code: "AMI002", Severity: reconcile.SeverityError, Stops: reconcile.StopsRun, Message: "too much"}},
		Incomplete: []reconcile.Incomplete{{Provider: principal.AWS, Account: "111122223333", Region: "eu-west-1", Kind: reconcile.Denied, Error: "no"}},
		Seen:       &reconcile.Seen{},
	}
	plan.Seen.See(reconcile.LaneOf(image), []reconcile.Image{desired[0].Image},
		reconcile.Inspection{Obstacles: []reconcile.Obstacle{{Reason: "has a key"}}, Calls: map[string]int{"kms:DescribeKey": 1}})
	plan.Finish(nil, map[principal.Provider]reconcile.Carrier{principal.AWS: func(changes []reconcile.Change) []reconcile.Call {
		return []reconcile.Call{{Action: "ModifyImageAttribute", Changes: changes}}
	}})
	plan.Expected = plan.Applying(map[principal.Provider]reconcile.Limits{principal.AWS: {List: "DescribeImages", Read: "DescribeImageAttribute"}})
	return plan
}
