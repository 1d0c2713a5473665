package schema

import _ "embed"

//go:embed amisync.schema.json
var jsonSchema []byte

// JSONSchema returns the JSON Schema of a document (draft 2020-12), for editors
// and other tools. It cannot say everything that Load and Compile check.
func JSONSchema() []byte { return append([]byte(nil), jsonSchema...) }
