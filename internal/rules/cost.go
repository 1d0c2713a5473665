package rules

import (
	"strings"

	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
)

// maxCost bounds what deciding one change may cost, in CEL's units: about one
// for each step, and one for ten characters that are looked at.
const maxCost = 100_000

// sizes are how large the variables are taken to be when the cost is estimated.
// Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html,
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
var sizes = map[string]uint64{
	"shares":             50,
	"shares.@items":      128,
	"image.name":         128,
	"image.tags":         50,
	"image.tags.@keys":   128,
	"image.tags.@values": 256,
	"change.note":        1000,
}

// otherText is the size of every text that sizes does not name.
const otherText = 256

// estimator is a cost.Estimator for the variables.
type estimator struct{}

// EstimateSize implements cost.Estimator.
func (estimator) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	if len(node.Path()) == 0 {
		return nil
	}
	size, known := sizes[strings.Join(node.Path(), ".")]
	switch {
	case known:
	case node.Type().Kind() == types.StringKind:
		size = otherText
	default:
		return nil
	}
	estimate := cost.RangedSizeEstimate(0, size)
	return &estimate
}

// EstimateCallCost implements cost.Estimator: the standard functions cost what
// CEL says.
func (estimator) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
