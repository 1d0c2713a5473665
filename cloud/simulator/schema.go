package simulator

import (
	_ "embed"
	"slices"
)

//go:embed cloud.schema.json
var cloudSchema []byte

// Schema returns the JSON Schema of cloud files, which is generated from File. It knows
// forms and spelling; what depends on other parts of a file only Load knows.
func Schema() []byte { return slices.Clone(cloudSchema) }
