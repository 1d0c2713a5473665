package schema

import _ "embed"

//go:embed plan.schema.json
var planSchema []byte

// PlanSchema returns the JSON Schema of a plan in JSON (draft 2020-12), as
// reconcile.EncodePlan writes it. It allows fields that it does not know, as
// readers of plans must.
func PlanSchema() []byte { return append([]byte(nil), planSchema...) }
