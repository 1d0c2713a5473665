package strictyaml

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

func (d *decoder) scalar(node *yaml.Node, v reflect.Value, name string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d.duration(node, v, name)
	case v.Kind() == reflect.String:
		if d.isText(node, name) {
			v.SetString(node.Value)
		}
	case v.Kind() == reflect.Bool:
		if b, err := strconv.ParseBool(node.Value); err == nil && node.Tag == "!!bool" {
			v.SetBool(b)
		} else {
			d.report(node, "", "%s must be true or false, not %s", name, shown(node))
		}
	case v.CanInt():
		n, err := strconv.ParseInt(node.Value, 10, v.Type().Bits())
		if err != nil || node.Tag != "!!int" || node.Value != strconv.FormatInt(n, 10) {
			d.report(node, "", "%s must be a whole number, not %s", name, shown(node))
			return
		}
		v.SetInt(n)
	case v.CanFloat():
		f, err := strconv.ParseFloat(node.Value, 64)
		if err != nil || node.Tag != "!!int" && node.Tag != "!!float" {
			d.report(node, "", "%s must be a number, not %s", name, shown(node))
			return
		}
		v.SetFloat(f)
	default:
		panic(fmt.Sprintf("strictyaml: cannot decode into %s", v.Type()))
	}
}

func (d *decoder) duration(node *yaml.Node, v reflect.Value, name string) {
	duration, err := time.ParseDuration(node.Value)
	if err != nil || node.Tag != "!!str" {
		d.report(node, "write it as 300ms, 15s or 2m", "%s must be a duration, not %s", name, shown(node))
		return
	}
	v.SetInt(int64(duration))
}

// isText reports whether the scalar is text to every reader of YAML, and
// reports a problem where it is not.
func (d *decoder) isText(node *yaml.Node, name string) bool {
	what, text := Reads(node)
	if !text {
		d.report(node, fmt.Sprintf("quote it: %q", node.Value), "%s must be text, but %s is read as %s", name, node.Value, what)
	}
	return text
}

// Reads says what a reader of YAML may take the scalar for, and whether all
// take it for text.
func Reads(node *yaml.Node) (what string, text bool) {
	plain := node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	switch node.Tag {
	case "!!int", "!!float":
		return "a number", false
	case "!!bool":
		return "true or false", false
	case "!!timestamp":
		return "a date", false
	case "!!null":
		return "nothing", false
	}
	if plain && oldBool[node.Value] {
		return "true or false by some tools", false
	}
	return "text", true
}

// What YAML 1.1 reads as true or false and YAML 1.2 as text.
var oldBool = map[string]bool{
	"yes": true, "Yes": true, "YES": true, "no": true, "No": true, "NO": true,
	"on": true, "On": true, "ON": true, "off": true, "Off": true, "OFF": true,
}

// shown is a scalar as it is written.
func shown(node *yaml.Node) string {
	if _, text := Reads(node); text {
		return strconv.Quote(node.Value)
	}
	return node.Value
}
