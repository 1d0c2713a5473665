package schema

import (
	"fmt"
	"time"

	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
)

// Date is a day written as 2027-01-31, with or without quotes. The zero value
// is no day.
type Date string

// Time is midnight UTC at the day's beginning; zero for no day.
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// DecodeYAML implements strictyaml.Unmarshaler.
func (d *Date) DecodeYAML(node *yaml.Node) error {
	t, err := time.Parse(time.DateOnly, node.Value)
	switch {
	case node.Kind != yaml.ScalarNode || err != nil:
		return strictyaml.Problem{Message: fmt.Sprintf("%q is not a date", node.Value), Hint: "write it as 2027-01-31"}
	case t.Year() < 2000:
		return strictyaml.Problem{Message: fmt.Sprintf("%s is long past", node.Value), Hint: "write the last day that is meant"}
	}
	*d = Date(node.Value)
	return nil
}

// MarshalYAML implements yaml.Marshaler; the date is written without quotes.
func (d Date) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: string(d)}, nil
}
