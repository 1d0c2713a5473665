package schema

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"
)

// Marshal writes documents (OwnerAccount, Directory, ImageShare and Policy
// values) in canonical form. Their apiVersion and kind are up to the caller;
// see NewHeader.
func Marshal(documents ...any) ([]byte, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(indent)
	for _, document := range documents {
		var node yaml.Node
		if err := node.Encode(document); err != nil {
			return nil, fmt.Errorf("cannot write a %T: %w", document, err)
		}
		quoteMerge(&node)
		if err := encoder.Encode(&node); err != nil {
			return nil, fmt.Errorf("cannot write a %T: %w", document, err)
		}
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return Format("", text.Bytes())
}

// NewHeader is the beginning of a document of the kind and name.
func NewHeader(kind, name string) Header {
	return Header{APIVersion: APIVersion, Kind: kind, Metadata: Metadata{Name: name}}
}

// quoteMerge quotes texts that are <<, which the encoder leaves bare.
func quoteMerge(node *yaml.Node) {
	if node.Tag == "!!merge" {
		node.Tag, node.Style = "!!str", yaml.DoubleQuotedStyle
	}
	for _, child := range node.Content {
		quoteMerge(child)
	}
}
