package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "write golden files anew")

func TestJSONSchemaIsFresh(t *testing.T) {
	generated := generateJSONSchema(t)
	if *update {
		if err := os.WriteFile("amisync.schema.json", generated, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(generated, JSONSchema()) {
		t.Error("amisync.schema.json is not what the types say: go test ./schema -run JSONSchema -update")
	}
}

// generateJSONSchema makes the JSON Schema of the Go types. What struct tags
// cannot say is added to the definitions.
func generateJSONSchema(t *testing.T) []byte {
	reflector := jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true}
	if err := reflector.AddGoComments("github.com/amisync/amisync/schema", "."); err != nil {
		t.Fatal(err)
	}
	whole := &jsonschema.Schema{
		Version:     jsonschema.Version,
		Title:       "amisync manifest",
		Description: "One document of an amisync estate: who may launch which machine images.",
		Definitions: jsonschema.Definitions{},
	}
	for kind, document := range map[string]any{
		KindOwnerAccount: OwnerAccount{}, KindDirectory: Directory{}, KindImageShare: ImageShare{}, KindPolicy: Policy{},
	} {
		for name, definition := range reflector.Reflect(document).Definitions {
			whole.Definitions[name] = definition
		}
		property(whole.Definitions[kind], "kind").Const = kind
	}
	for _, kind := range []string{KindImageShare, KindDirectory, KindOwnerAccount, KindPolicy} {
		whole.OneOf = append(whole.OneOf, &jsonschema.Schema{Ref: "#/$defs/" + kind})
	}
	refine(whole.Definitions)
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func refine(definitions jsonschema.Definitions) {
	const (
		region       = `^[a-z]{2,}(-[a-z]+)+-[0-9]+$`
		organization = `^arn:aws[a-z-]*:organizations::[0-9]{12}:organization/o-[a-z0-9]{10,32}$`
		unit         = `^arn:aws[a-z-]*:organizations::[0-9]{12}:ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$`
	)
	for _, definition := range definitions {
		for pair := definition.Properties.Oldest(); pair != nil; pair = pair.Next() {
			pair.Value.Description = strings.Join(strings.Fields(pair.Value.Description), " ")
		}
		definition.Description = strings.Join(strings.Fields(definition.Description), " ")
	}
	owner, share := definitions["OwnerAccountSpec"], definitions["ImageShareSpec"]
	property(owner, "regions").Items.Pattern = region
	property(share, "regions").Items.Pattern = region
	property(definitions["ImageID"], "region").Pattern = region
	owner.DependentRequired = map[string][]string{"externalId": {"role"}, "externalIdEnv": {"role"}, "sourceIdentity": {"role"}}
	owner.Not = &jsonschema.Schema{Required: []string{"externalId", "externalIdEnv"}}

	directory := definitions["DirectorySpec"]
	property(directory, "accounts").AdditionalProperties.Pattern = `^[0-9]{12}$`
	property(directory, "organizations").AdditionalProperties.Pattern = organization
	property(directory, "organizationalUnits").AdditionalProperties.Pattern = unit
	one := uint64(1)
	property(directory, "groups").AdditionalProperties.MinItems = &one
	property(definitions["Images"], "tags").MinProperties = &one

	property(definitions["LaunchPermission"], "public").Enum = []any{true}
	for _, name := range []string{"LaunchPermission", "PublicShare", "Exception", "Ignore"} {
		property(definitions[name], "until").Pattern = `^[2-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`
	}
	definitions["PrincipalRef"].OneOf = alternatives(refKeys)
	definitions["LaunchPermission"].OneOf = alternatives(permissionKeys)
	definitions["Images"].OneOf = []*jsonschema.Schema{
		{Required: []string{"ids"}, Not: &jsonschema.Schema{AnyOf: alternatives([]string{"name", "tags", "architecture", "newest"})}},
		{Not: &jsonschema.Schema{Required: []string{"ids"}}, AnyOf: alternatives([]string{"name", "tags", "architecture"})},
	}
	refinePolicy(definitions)
}

// refinePolicy says which codes and severities there are, and which keys have
// no effect beside each other.
func refinePolicy(definitions jsonschema.Definitions) {
	policy, exception, rule := definitions["PolicySpec"], definitions["Exception"], definitions["Rule"]
	codes := &jsonschema.Schema{}
	for _, code := range reconcile.Codes() {
		if !code.Fixed {
			codes.Enum = append(codes.Enum, code.Code)
		}
	}
	severities := property(policy, "severities")
	severities.PropertyNames = codes
	severities.AdditionalProperties.Enum = property(rule, "severity").Enum
	property(exception, "code").Enum = codes.Enum
	for _, of := range []*jsonschema.Schema{definitions["PublicShare"], exception, definitions["Ignore"]} {
		property(of, "reason").Not = &jsonschema.Schema{Pattern: placeholder().String()}
	}
	property(definitions["PublicShare"], "approvedBy").Not = &jsonschema.Schema{Pattern: placeholder().String()}
	policy.Not = having("public", "allow")
	policy.Not.Required = []string{"public", "publicShares"}
	exception.Not = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{narrowed("image", imageless), narrowed("share", shareless)}}
	rule.Not = having("severity", "warning", "note")
	rule.Not.Required = []string{"severity", "stops"}
}

// narrowed is a schema of what has the key with one of the codes.
func narrowed(key string, codes []string) *jsonschema.Schema {
	schema := &jsonschema.Schema{Properties: jsonschema.NewProperties(), Required: []string{key}}
	code := &jsonschema.Schema{}
	for _, c := range codes {
		code.Enum = append(code.Enum, c)
	}
	schema.Properties.Set("code", code)
	return schema
}

// having is a schema of what has one of the values, or nothing, under the key.
func having(key string, values ...any) *jsonschema.Schema {
	schema := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
	schema.Properties.Set(key, &jsonschema.Schema{Enum: values})
	return schema
}

func property(schema *jsonschema.Schema, name string) *jsonschema.Schema {
	value, ok := schema.Properties.Get(name)
	if !ok {
		panic("the JSON Schema has no property " + name)
	}
	return value
}

// alternatives are schemas that each require one of the keys.
func alternatives(keys []string) []*jsonschema.Schema {
	var schemas []*jsonschema.Schema
	for _, key := range keys {
		schemas = append(schemas, &jsonschema.Schema{Required: []string{key}})
	}
	return schemas
}

func TestJSONSchemaDescribesEveryProperty(t *testing.T) {
	var whole struct {
		Defs map[string]struct {
			Description string
			Properties  map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(JSONSchema(), &whole); err != nil {
		t.Fatal(err)
	}
	for name, definition := range whole.Defs {
		if definition.Description == "" {
			t.Errorf("%s has no description", name)
		}
		for key, property := range definition.Properties {
			if property.Description == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
	}
	if len(whole.Defs) < 10 {
		t.Errorf("only %d definitions", len(whole.Defs))
	}
}

// Every key of the types is one that the formatter knows the place of.
func TestFieldsFollowTheTypes(t *testing.T) {
	var keys []string
	for _, f := range fieldsOf(reflect.TypeFor[LaunchPermission]()) {
		keys = append(keys, f.key)
	}
	if got := strings.Join(keys, " "); got != "account organization organizationalUnit group public until reason" {
		t.Error(got)
	}
}
