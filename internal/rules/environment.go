package rules

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Bounds on what a condition may be. They are far above what people write.
const (
	maxDepth   = 60     // parts inside each other
	maxNodes   = 10_000 // parts, those of macros included
	maxPattern = 2_000  // instructions of a compiled regular expression
)

// environment is what conditions are compiled in: CEL's standard functions and
// macros, the variables with their types, and no others.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Types(object[change]("Change"), object[whom]("Principal"), object[image]("Image")),
		cel.Variable("change", cel.ObjectType("Change")),
		cel.Variable("principal", cel.ObjectType("Principal")),
		cel.Variable("image", cel.ObjectType("Image")),
		cel.Variable("shares", cel.ListType(cel.StringType)),
		cel.ExtendedValidations(),
		cel.ParserRecursionLimit(maxDepth),
		cel.ExpressionNodeLimit(maxNodes),
		cel.RegexProgramSizeLimit(maxPattern),
	)
})

// object describes a type by its tags.
func object[T any](name string) *cel.NativeTypeDesc {
	return cel.NativeTypeFor[T](cel.NativeTypeAlias(name), types.ParseStructTags(true))
}
