// Package rules compiles the conditions of a Policy's rules. They are written
// in CEL, the Common Expression Language (https://cel.dev), over one change:
//
//	change.verb == "grant" && image.name.startsWith("golden-") && principal.kind == "account"
//
// A condition is checked as strictly as a manifest: names, fields and types,
// and the words that a field can have. What it may cost is bounded twice, by an
// estimate when it is compiled and by a meter when it runs. It can read nothing
// but the change, and has no effects.
//
// Nothing of CEL is set up before the first condition is compiled.
package rules
